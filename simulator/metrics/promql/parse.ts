/** PromQL text as a tree. Models prometheus/promql/parser/generated_parser.y (v3.7): its grammar and its error texts. */

import { RE2JS } from 're2js'
import { goQuote } from '../../api/go-text.ts'
import { checkTypes } from './check.ts'
import { parseError } from './expression.ts'
import type { Aggregate, Expression, LabelMatcher, Matching, Moment, VectorSelector } from './expression.ts'
import { Lexer } from './lexer.ts'
import type { Token } from './lexer.ts'
import { parseDuration, parseNumber, unquote } from './literal.ts'
import { signatures } from './signatures.ts'

const precedences: { readonly [op: string]: number } = {
  or: 1, and: 2, unless: 2, '==': 3, '!=': 3, '<': 3, '<=': 3, '>': 3, '>=': 3, '+': 4, '-': 4, '*': 5, '/': 5, '%': 5, atan2: 5, '^': 6,
}
const powerPrecedence = 6
const withParameter: ReadonlySet<string> = new Set(['topk', 'bottomk', 'count_values', 'quantile', 'limitk', 'limit_ratio'])
const matchOperators: ReadonlySet<string> = new Set(['=', '!=', '=~', '!~'])
/** Words that are no names of metrics. */
const notMetrics: ReadonlySet<string> = new Set(['bool', 'on', 'ignoring', 'group_left', 'group_right', 'atan2'])

/** Parses a query. @throws PromqlError */
export function parsePromql(text: string): Expression {
  const expression = new Parser(text).parse()
  checkTypes(text, expression)
  return expression
}

class Parser {
  private readonly text: string
  private readonly lexer: Lexer
  private ahead: Token | undefined
  /** End of the token that was read last. */
  private end = 0
  /** Aggregations around the place: what an error inside of them is said to be in. */
  private aggregations = 0

  constructor(text: string) {
    this.text = text
    this.lexer = new Lexer(text)
  }

  parse(): Expression {
    if (this.peek().kind === 'end') this.fail(0, 'no expression found in input')
    const expression = this.expression(0)
    if (this.peek().kind !== 'end') this.unexpected()
    return expression
  }

  // ---- tokens ------------------------------------------------------------------------------------------------------

  private peek(): Token {
    this.ahead ??= this.lexer.next()
    if (this.ahead.kind === 'error') this.fail(this.ahead.from, this.ahead.text)
    return this.ahead
  }

  private take(): Token {
    const token = this.peek()
    this.ahead = undefined
    this.end = token.to
    return token
  }

  private is(word: string): boolean {
    return this.peek().word === word
  }

  private accept(word: string): boolean {
    if (!this.is(word)) return false
    this.take()
    return true
  }

  private fail(at: number, message: string): never {
    throw parseError(this.text, at, message)
  }

  private unexpected(context = this.aggregations > 0 ? 'aggregation' : '', expected = ''): never {
    const token = this.peek()
    const where = context === '' ? '' : ` in ${context}`
    this.fail(token.from, `unexpected ${described(token)}${where}${expected === '' ? '' : `, expected ${expected}`}`)
  }

  // ---- expressions -------------------------------------------------------------------------------------------------

  private expression(least: number): Expression {
    let left = this.unary()
    for (;;) {
      const token = this.peek()
      const precedence = token.kind === 'operator' ? precedences[token.word] : undefined
      if (precedence === undefined || precedence < least) return left
      this.take()
      const isBool = this.accept('bool')
      const matching = this.matching()
      const right = this.expression(precedence === powerPrecedence ? precedence : precedence + 1)
      left = { type: 'binary', op: token.word, left, right, isBool, matching, from: left.from, to: this.end }
    }
  }

  private matching(): Matching {
    const isOn = this.is('on')
    if (!isOn && !this.is('ignoring')) return { isOn, labels: [], card: 'one-to-one', include: [] }
    this.take()
    const labels = this.grouping()
    const card = this.accept('group_left') ? 'many-to-one' : this.accept('group_right') ? 'one-to-many' : 'one-to-one'
    return { isOn, labels, card, include: card !== 'one-to-one' && this.is('(') ? this.grouping() : [] }
  }

  private grouping(): string[] {
    if (!this.accept('(')) this.unexpected('grouping opts', '"("')
    const labels: string[] = []
    while (!this.accept(')')) {
      if (labels.length > 0) {
        if (!this.accept(',')) this.unexpected('grouping opts', '"," or ")"')
        if (this.accept(')')) break
      }
      const token = this.peek()
      const isName = ['identifier', 'metric', 'keyword', 'aggregator', 'preprocessor', 'string'].includes(token.kind) || /^(and|or|unless|atan2)$/.test(token.word)
      if (!isName) this.unexpected('grouping opts', 'label')
      this.take()
      const label = token.kind === 'string' ? unquote(token.text) : token.text
      if (label === '') this.fail(token.from, `invalid label name for grouping: ${goQuote(label)}`)
      labels.push(label)
    }
    return labels
  }

  private unary(): Expression {
    const token = this.peek()
    if (token.text !== '-' && token.text !== '+') return this.postfix(this.primary())
    this.take()
    const operand = this.expression(powerPrecedence)
    const span = { from: token.from, to: operand.to }
    if (operand.type === 'number') return { type: 'number', value: token.text === '-' ? -operand.value : operand.value, ...span }
    return { type: 'unary', op: token.text, operand, ...span }
  }

  private primary(): Expression {
    const token = this.peek()
    const { from } = token
    switch (token.kind) {
      case 'number': case 'duration': return { type: 'number', value: this.number(), from, to: this.end }
      case 'string':
        this.take()
        return { type: 'string', value: unquote(token.text), from, to: this.end }
      case 'aggregator': {
        this.take()
        return this.is('(') || this.is('by') || this.is('without') ? this.aggregate(token) : this.selector(token)
      }
      case 'identifier': {
        this.take()
        return this.is('(') ? this.call(token) : this.selector(token)
      }
      case 'punctuation': {
        if (token.text === '{') return this.selector(undefined)
        if (token.text !== '(') return this.unexpected()
        this.take()
        const operand = this.expression(0)
        if (!this.accept(')')) this.unexpected()
        return { type: 'paren', operand, from, to: this.end }
      }
      case 'metric': case 'keyword': case 'preprocessor': case 'operator':
        if (token.kind === 'operator' && !/^(and|or|unless)$/.test(token.word)) this.unexpected()
        if (notMetrics.has(token.word)) this.unexpected()
        this.take()
        // A duration that only a range could have.
        if (token.word === 'step' && this.accept('(') && this.accept(')')) this.fail(from, 'unknown node type: *parser.DurationExpr')
        return this.selector(token)
      default: return this.unexpected()
    }
  }

  private number(): number {
    const token = this.take()
    const isDuration = token.kind === 'duration'
    const value = isDuration ? parseDuration(token.text) : parseNumber(token.text)
    if (typeof value === 'string') this.fail(token.from, value)
    return isDuration ? value / 1000 : value
  }

  private args(): Expression[] {
    this.take()
    const args: Expression[] = []
    if (this.accept(')')) return args
    args.push(this.expression(0))
    while (!this.accept(')')) {
      const comma = this.peek()
      if (!this.accept(',')) this.unexpected()
      if (this.is(')')) this.fail(comma.from, 'trailing commas not allowed in function call args')
      args.push(this.expression(0))
    }
    return args
  }

  private call({ text: name, from }: Token): Expression {
    const args = this.args()
    const signature = signatures.get(name)
    if (signature === undefined) this.fail(from, `unknown function with name ${goQuote(name)}`)
    if (signature.isExperimental) this.fail(from, `function ${goQuote(name)} is not enabled`)
    return { type: 'call', name, args, from, to: this.end }
  }

  private aggregate({ word: op, from }: Token): Aggregate {
    this.aggregations++
    let modifier = this.aggregateModifier()
    if (!this.is('(')) this.unexpected('aggregation')
    const args = this.args()
    this.aggregations--
    const { end } = this
    modifier ??= this.aggregateModifier()
    const to = modifier === undefined ? end : this.end
    if (args.length === 0) this.fail(from, 'no arguments for aggregate expression provided')
    if (op === 'limitk' || op === 'limit_ratio') this.fail(from, `${op}() is experimental and must be enabled with --enable-feature=promql-experimental-functions`)
    const wanted = withParameter.has(op) ? 2 : 1
    if (args.length !== wanted) this.fail(from, `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`)
    const { labels, isWithout } = modifier ?? { labels: [], isWithout: false }
    return { type: 'aggregate', op, operand: args[wanted - 1], parameter: wanted === 2 ? args[0] : undefined, labels, isWithout, from, to }
  }

  private aggregateModifier(): { readonly labels: readonly string[]; readonly isWithout: boolean } | undefined {
    const isWithout = this.is('without')
    if (!isWithout && !this.is('by')) return undefined
    this.take()
    return { labels: this.grouping(), isWithout }
  }

  // ---- selectors ---------------------------------------------------------------------------------------------------

  private selector(name: Token | undefined): VectorSelector {
    const from = name?.from ?? this.peek().from
    const matchers = this.is('{') ? this.matchers() : []
    // A quoted name inside the braces is the metric's name too, when it is the only one.
    const names = name === undefined ? matchers.filter(({ label }) => label === '__name__') : []
    const quoted = names.length === 1 && names[0].op === '=' && names[0].value !== '' ? matchers.indexOf(names[0]) : -1
    const rest = matchers.filter((_matcher, i) => i !== quoted)
    return { type: 'selector', name: quoted >= 0 ? matchers[quoted].value : name?.text, matchers: rest, offsetMs: 0, from, to: this.end }
  }

  private matchers(): LabelMatcher[] {
    this.take()
    const matchers: LabelMatcher[] = []
    while (!this.accept('}')) {
      if (matchers.length > 0) {
        if (!this.accept(',')) this.unexpected('label matching', '"," or "}"')
        if (this.accept('}')) break
      }
      matchers.push(this.matcher())
    }
    return matchers
  }

  private matcher(): LabelMatcher {
    const label = this.peek()
    if (label.kind !== 'identifier' && label.kind !== 'string') this.unexpected('label matching', 'identifier or "}"')
    this.take()
    const { text: op } = this.peek()
    if (!matchOperators.has(op)) {
      if (label.kind === 'string') return { label: '__name__', op: '=', value: unquote(label.text) }
      this.unexpected('label matching', 'label matching operator')
    }
    this.take()
    if (this.peek().kind !== 'string') this.unexpected('label matching', 'string')
    const value = unquote(this.take().text)
    if (op === '=~' || op === '!~') this.checkPattern(value, label.from)
    return { label: label.kind === 'string' ? unquote(label.text) : label.text, op: op as LabelMatcher['op'], value }
  }

  private checkPattern(pattern: string, at: number): void {
    try {
      RE2JS.compile(pattern)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.fail(at, error.message)
    }
  }

  private postfix(base: Expression): Expression {
    let expression = base
    for (;;) {
      const token = this.peek()
      if (token.word === 'offset') expression = this.offset(expression)
      else if (token.text === '@') expression = this.at(expression)
      else if (token.text === '[') expression = this.range(expression)
      else if (token.word === 'anchored' || token.word === 'smoothed') this.fail(expression.from, `${token.word} modifier is experimental and not enabled`)
      else return expression
    }
  }

  private signedNumber(context: string, expected: string): number {
    const sign = this.accept('-') ? -1 : (this.accept('+'), 1)
    const { kind } = this.peek()
    return kind === 'number' || kind === 'duration' ? sign * this.number() : this.unexpected(context, expected)
  }

  private moment(expression: Expression, what: string): Moment {
    if (expression.type === 'selector' || expression.type === 'subquery') return expression
    if (expression.type === 'matrix') return expression.selector
    return this.fail(expression.from, `${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`)
  }

  private moved(expression: Expression, moment: Partial<Moment>): Expression {
    if (expression.type === 'matrix') return { ...expression, selector: { ...expression.selector, ...moment }, to: this.end }
    return { ...expression, ...moment, to: this.end } as Expression
  }

  private offset(expression: Expression): Expression {
    this.take()
    const seconds = this.signedNumber('offset', 'number, duration, or step()')
    if (this.moment(expression, 'offset').offsetMs !== 0) this.fail(expression.from, 'offset may not be set multiple times')
    return this.moved(expression, { offsetMs: Math.round(seconds * 1000) })
  }

  private at(expression: Expression): Expression {
    this.take()
    const { word } = this.peek()
    let at: Moment['at']
    if (word === 'start' || word === 'end') {
      this.take()
      if (!this.accept('(') || !this.accept(')')) this.unexpected()
      at = word
    } else at = this.signedNumber('@', 'timestamp') * 1000
    if (typeof at === 'number' && (!Number.isFinite(at) || Math.abs(at) >= 2 ** 63 * 1000)) {
      const shown = Number.isNaN(at) ? 'NaN' : at === Infinity ? '+Inf' : at === -Infinity ? '-Inf' : (at / 1000).toFixed(6)
      this.fail(expression.from, `timestamp out of bounds for @ modifier: ${shown}`)
    }
    if (this.moment(expression, '@').at !== undefined) this.fail(expression.from, '@ <timestamp> may not be set multiple times')
    return this.moved(expression, { at: typeof at === 'number' ? Math.round(at) : at })
  }

  private range(expression: Expression): Expression {
    const open = this.take()
    const rangeMs = this.positiveMs(() => this.unexpected('subquery or range selector', 'number, duration, or step()'))
    if (this.accept(':')) {
      const stepMs = this.is(']') ? undefined : this.positiveMs(() => this.unexpected('subquery selector', 'number, duration, or step() or "]"'))
      if (!this.accept(']')) this.unexpected('subquery selector', '"]"')
      return { type: 'subquery', operand: expression, rangeMs, stepMs, offsetMs: 0, from: expression.from, to: this.end }
    }
    if (!this.accept(']')) this.unexpected('subquery or range', '":" or "]"')
    if (expression.type !== 'selector') this.fail(open.from, 'ranges only allowed for vector selectors')
    if (expression.offsetMs !== 0) this.fail(open.from, 'no offset modifiers allowed before range')
    if (expression.at !== undefined) this.fail(open.from, 'no @ modifiers allowed before range')
    return { type: 'matrix', selector: expression, rangeMs, from: expression.from, to: this.end }
  }

  private positiveMs(complain: () => never): number {
    const { from } = this.peek()
    const sign = this.accept('-') ? -1 : (this.accept('+'), 1)
    const token = this.peek()
    if (token.kind !== 'number' && token.kind !== 'duration') complain()
    const seconds = sign * this.number()
    if (/^[-+*/%^]$/.test(this.peek().text)) this.fail(from, 'experimental duration expression is not enabled')
    if (seconds <= 0) this.fail(from, 'duration must be greater than 0')
    return Math.round(seconds * 1000)
  }
}

/** A token as error texts name it. */
function described(token: Token): string {
  const { kind, text } = token
  switch (kind) {
    case 'end': return 'end of input'
    case 'identifier': return `identifier ${goQuote(text)}`
    case 'metric': return `metric identifier ${goQuote(text)}`
    case 'keyword': return `<${text}>`
    case 'aggregator': return `<aggr:${text}>`
    // The at sign has no name upstream: its number in the generated parser is shown.
    case 'operator': return text === '@' ? '"<Item 57400>" <op:@>' : text === '=' ? '"="' : `<op:${text}>`
    case 'number': case 'duration': case 'string': return `${kind} ${shortened(text)}`
    default: return shortened(text)
  }
}

function shortened(text: string): string {
  return text.length > 10 ? `${goQuote([...text].slice(0, 10).join(''))}...` : goQuote(text)
}
