/** The syntax tree of the shell language, as plain data. */

/** A piece of a word. `quoted` pieces are neither split nor globbed. */
export type Part =
  | { readonly t: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly t: 'tilde' }
  | { readonly t: 'param'; readonly name: string; readonly quoted: boolean; readonly op?: string; readonly word?: Word; readonly word2?: Word }
  | { readonly t: 'command'; readonly source: string; readonly quoted: boolean }
  | { readonly t: 'arith'; readonly word: Word; readonly quoted: boolean }

export type Word = readonly Part[]

export interface Assignment {
  readonly name: string
  readonly append: boolean
  readonly value: Word
  /** Elements of an array assignment. */
  readonly items?: readonly Word[]
}

/** `fd op target`; a here-document has its text as target word. */
export interface Redirect {
  readonly fd: number
  readonly op: '>' | '>>' | '<' | '>&' | '<&' | '&>' | '&>>' | '<>' | '<<<' | '<<'
  readonly target: Word
}

export interface CaseArm {
  readonly patterns: readonly Word[]
  readonly body: Node
  /** `;;` ends the case, `;&` runs into the next arm. */
  readonly isOpen: boolean
}

/** Condition of `[[ ]]`. */
export type Condition =
  | { readonly t: 'not'; readonly of: Condition }
  | { readonly t: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly t: 'unary'; readonly op: string; readonly word: Word }
  | { readonly t: 'binary'; readonly op: string; readonly left: Word; readonly right: Word }

export type Node =
  | { readonly t: 'simple'; readonly assigns: readonly Assignment[]; readonly words: readonly Word[]; readonly redirects: readonly Redirect[] }
  | { readonly t: 'pipe'; readonly stages: readonly Node[]; readonly withErrors: readonly boolean[]; readonly isNegated: boolean; readonly isTimed: boolean }
  | { readonly t: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly t: 'list'; readonly nodes: readonly Node[] }
  | { readonly t: 'background'; readonly node: Node; readonly source: string }
  | { readonly t: 'if'; readonly test: Node; readonly body: Node; readonly otherwise?: Node }
  | { readonly t: 'loop'; readonly until: boolean; readonly test: Node; readonly body: Node }
  | { readonly t: 'for'; readonly name: string; readonly words?: readonly Word[]; readonly body: Node }
  | { readonly t: 'forArith'; readonly init: Word; readonly test: Word; readonly step: Word; readonly body: Node }
  | { readonly t: 'case'; readonly word: Word; readonly arms: readonly CaseArm[] }
  | { readonly t: 'function'; readonly name: string; readonly body: Node }
  | { readonly t: 'subshell' | 'group'; readonly body: Node }
  | { readonly t: 'redirected'; readonly node: Node; readonly redirects: readonly Redirect[] }
  | { readonly t: 'condition'; readonly condition: Condition }
  | { readonly t: 'arith'; readonly expression: Word }

/** bash in the terminal, ash (busybox) in containers: they differ in features and in error texts. */
export type Dialect = 'bash' | 'ash'

/** A script that cannot be parsed. `isIncomplete` when more lines could complete it. */
export class ShellSyntaxError extends Error {
  override readonly name = 'ShellSyntaxError'
  readonly isIncomplete: boolean
  constructor(message: string, isIncomplete = false) {
    super(message)
    this.isIncomplete = isIncomplete
  }
}
