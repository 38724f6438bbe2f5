/** Turns a syntax tree into a list of steps with jumps, so that a running script is a position in plain data. */

import type { Assignment, Condition, Node, Redirect, Word } from './syntax.ts'

/** One step of a script. Jumps are positions in the same list. */
export type Op =
  | { readonly o: 'simple'; readonly assigns: readonly Assignment[]; readonly words: readonly Word[]; readonly redirects: readonly Redirect[] }
  /** A command whose words are already known (xargs, watch, time, exec into a container). */
  | { readonly o: 'argv'; readonly argv: readonly string[]; readonly env?: { readonly [name: string]: string }; readonly isWholeEnv?: boolean }
  | { readonly o: 'jump'; readonly to: number }
  | { readonly o: 'ifFail' | 'ifOk'; readonly to: number }
  | { readonly o: 'not' }
  | { readonly o: 'ok' }
  /** From `quiet` to `loud` a failure does not end a script under `set -e`. */
  | { readonly o: 'quiet' | 'loud' }
  | { readonly o: 'loop'; readonly next: number; readonly end: number }
  | { readonly o: 'endLoop' }
  | { readonly o: 'for'; readonly words?: readonly Word[] }
  | { readonly o: 'forNext'; readonly name: string; readonly end: number }
  | { readonly o: 'case'; readonly word: Word; readonly arms: readonly { readonly patterns: readonly Word[]; readonly to: number }[]; readonly end: number }
  | { readonly o: 'pipe'; readonly stages: readonly Code[]; readonly withErrors: readonly boolean[] }
  | { readonly o: 'subshell'; readonly code: Code }
  | { readonly o: 'background'; readonly code: Code; readonly source: string }
  | { readonly o: 'define'; readonly name: string; readonly code: Code }
  | { readonly o: 'redirect'; readonly redirects: readonly Redirect[]; readonly end: number }
  | { readonly o: 'restore' }
  | { readonly o: 'condition'; readonly condition: Condition }
  /** `isCommand`: sets the exit status as `(( ))` does. */
  | { readonly o: 'arith'; readonly word: Word }
  | { readonly o: 'timeStart' | 'timeEnd' }
  /** Takes the exit codes of the children that the frame waits for. */
  | { readonly o: 'reap' }

export type Code = readonly Op[]

/** Compiles a tree into steps. */
export function compile(node: Node): Code {
  const ops: Op[] = []
  emit(node, ops)
  return ops
}

/** Reserves a place for an op whose target is not known yet. */
function hole(ops: Op[]): number {
  ops.push({ o: 'ok' })
  return ops.length - 1
}

function emitQuietly(node: Node, ops: Op[]): void {
  ops.push({ o: 'quiet' })
  emit(node, ops)
  ops.push({ o: 'loud' })
}

function emit(node: Node, ops: Op[]): void {
  switch (node.t) {
    case 'simple':
      // Each assignment is a step, so that the next one sees it.
      if (node.words.length === 0 && node.redirects.length === 0 && node.assigns.length > 1) {
        for (const assign of node.assigns) ops.push({ o: 'simple', assigns: [assign], words: [], redirects: [] })
        return
      }
      ops.push({ o: 'simple', assigns: node.assigns, words: node.words, redirects: node.redirects })
      return
    case 'list':
      for (const child of node.nodes) emit(child, ops)
      return
    case 'and':
    case 'or':
      emitAndOr(node, ops)
      return
    case 'pipe':
      emitPipe(node, ops)
      return
    case 'background':
      ops.push({ o: 'background', code: compile(node.node), source: node.source })
      return
    case 'if':
      emitIf(node, ops)
      return
    case 'loop':
    case 'forArith':
    case 'for':
      emitLoop(node, ops)
      return
    case 'case':
      emitCase(node, ops)
      return
    case 'function':
      ops.push({ o: 'define', name: node.name, code: compile(node.body) })
      return
    case 'subshell':
      ops.push({ o: 'subshell', code: compile(node.body) })
      return
    case 'group':
      emit(node.body, ops)
      return
    case 'redirected': {
      const start = hole(ops)
      emit(node.node, ops)
      ops.push({ o: 'restore' })
      ops[start] = { o: 'redirect', redirects: node.redirects, end: ops.length }
      return
    }
    case 'condition':
      ops.push({ o: 'condition', condition: node.condition })
      return
    case 'arith':
      ops.push({ o: 'arith', word: node.expression })
      return
  }
}

function emitAndOr(node: Extract<Node, { t: 'and' | 'or' }>, ops: Op[]): void {
  emitQuietly(node.left, ops)
  const skip = hole(ops)
  emit(node.right, ops)
  ops[skip] = { o: node.t === 'and' ? 'ifFail' : 'ifOk', to: ops.length }
}

function emitPipe(node: Extract<Node, { t: 'pipe' }>, ops: Op[]): void {
  if (node.isTimed) ops.push({ o: 'timeStart' })
  if (node.isNegated) ops.push({ o: 'quiet' })
  if (node.stages.length === 1) emit(node.stages[0], ops)
  else if (node.stages.length > 1) ops.push({ o: 'pipe', stages: node.stages.map(compile), withErrors: node.withErrors })
  if (node.isNegated) ops.push({ o: 'loud' }, { o: 'not' })
  if (node.isTimed) ops.push({ o: 'timeEnd' })
}

function emitIf(node: Extract<Node, { t: 'if' }>, ops: Op[]): void {
  emitQuietly(node.test, ops)
  const toElse = hole(ops)
  emit(node.body, ops)
  const toEnd = hole(ops)
  ops[toElse] = { o: 'ifFail', to: ops.length }
  if (node.otherwise === undefined) ops.push({ o: 'ok' })
  else emit(node.otherwise, ops)
  ops[toEnd] = { o: 'jump', to: ops.length }
}

function emitLoop(node: Extract<Node, { t: 'loop' | 'for' | 'forArith' }>, ops: Op[]): void {
  if (node.t === 'forArith') ops.push({ o: 'arith', word: node.init })
  const start = hole(ops)
  if (node.t === 'for') ops.push(node.words === undefined ? { o: 'for' } : { o: 'for', words: node.words })
  const isStepped = node.t === 'forArith'
  const toTest = isStepped ? hole(ops) : -1
  const next = ops.length
  if (isStepped) {
    ops.push({ o: 'quiet' }, { o: 'arith', word: node.step }, { o: 'loud' })
    ops[toTest] = { o: 'jump', to: ops.length }
  }
  let exit: number
  if (node.t === 'for') exit = hole(ops)
  else {
    ops.push({ o: 'quiet' })
    if (node.t === 'loop') emit(node.test, ops)
    else if (node.test.length > 0) ops.push({ o: 'arith', word: node.test })
    else ops.push({ o: 'ok' })
    ops.push({ o: 'loud' })
    exit = hole(ops)
  }
  emit(node.body, ops)
  ops.push({ o: 'jump', to: next })
  if (node.t === 'for') ops[exit] = { o: 'forNext', name: node.name, end: ops.length }
  else ops[exit] = { o: node.t === 'loop' && node.until ? 'ifOk' : 'ifFail', to: ops.length }
  ops.push({ o: 'endLoop' })
  ops[start] = { o: 'loop', next, end: ops.length - 1 }
}

function emitCase(node: Extract<Node, { t: 'case' }>, ops: Op[]): void {
  const start = hole(ops)
  const arms: { patterns: readonly Word[]; to: number }[] = []
  const exits: number[] = []
  for (const arm of node.arms) {
    arms.push({ patterns: arm.patterns, to: ops.length })
    emit(arm.body, ops)
    if (!arm.isOpen) exits.push(hole(ops))
  }
  for (const exit of exits) ops[exit] = { o: 'jump', to: ops.length }
  ops[start] = { o: 'case', word: node.word, arms, end: ops.length }
}
