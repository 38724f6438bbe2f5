/** The syntax tree of jq. */

/** A program that cannot be parsed; the text is what jq prints after `jq: error: `. */
export class JqSyntaxError extends Error {
  override readonly name = 'JqSyntaxError'
}

/** A filter. */
export type Filter =
  | { readonly t: 'identity' | 'recurse' }
  | { readonly t: 'literal'; readonly value: null | boolean | number | string }
  | { readonly t: 'string'; readonly parts: readonly (string | Filter)[]; readonly format?: string }
  | { readonly t: 'format'; readonly name: string }
  | { readonly t: 'index'; readonly of: Filter; readonly key: Filter }
  | { readonly t: 'slice'; readonly of: Filter; readonly from?: Filter; readonly to?: Filter }
  | { readonly t: 'iterate'; readonly of: Filter }
  | { readonly t: 'try'; readonly of: Filter; readonly handler?: Filter }
  | { readonly t: 'pipe' | 'comma' | 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly t: 'alternative'; readonly left: Filter; readonly right: Filter }
  | { readonly t: 'binary'; readonly op: string; readonly left: Filter; readonly right: Filter }
  | { readonly t: 'assign'; readonly op: string; readonly left: Filter; readonly right: Filter }
  | { readonly t: 'negate'; readonly of: Filter }
  | { readonly t: 'array'; readonly of?: Filter }
  | { readonly t: 'object'; readonly entries: readonly { readonly key: Filter; readonly value: Filter }[] }
  | { readonly t: 'var'; readonly name: string }
  | { readonly t: 'call'; readonly name: string; readonly args: readonly Filter[] }
  | { readonly t: 'if'; readonly test: Filter; readonly yes: Filter; readonly otherwise?: Filter }
  | { readonly t: 'as'; readonly source: Filter; readonly patterns: readonly Pattern[]; readonly body: Filter }
  | { readonly t: 'reduce' | 'foreach'; readonly source: Filter; readonly pattern: Pattern; readonly init: Filter; readonly update: Filter; readonly extract?: Filter }
  | { readonly t: 'def'; readonly name: string; readonly params: readonly string[]; readonly code: Filter; readonly body: Filter }
  | { readonly t: 'label'; readonly name: string; readonly body: Filter }
  | { readonly t: 'break'; readonly name: string }

/** What `as` binds. */
export type Pattern =
  | { readonly t: 'var'; readonly name: string }
  | { readonly t: 'array'; readonly items: readonly Pattern[] }
  | { readonly t: 'object'; readonly entries: readonly { readonly key: Filter; readonly bind?: string; readonly pattern?: Pattern }[] }
