/** Integer arithmetic of `$(( ))`: C operators, assignments, variables. */

/** Reads and writes variables by name. */
export interface ArithVariables {
  get(name: string): string | undefined
  set(name: string, value: string): void
}

/** A broken expression; the text follows the shell's name. */
export class ArithError extends Error {
  override readonly name = 'ArithError'
}

const binary: { readonly [op: string]: number } = {
  '||': 1, '&&': 2, '|': 3, '^': 4, '&': 5, '==': 6, '!=': 6, '<': 7, '<=': 7, '>': 7, '>=': 7, '<<': 8, '>>': 8, '+': 9, '-': 9, '*': 10, '/': 10, '%': 10, '**': 11,
}
const assigns = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='])
const variableDepthMax = 20

/** Evaluates an expression; the empty one is 0. @throws ArithError */
export function evaluate(text: string, variables: ArithVariables, depth = 0): number {
  if (depth > variableDepthMax) throw new ArithError(`${text}: expression recursion level exceeded (error token is "${text}")`)
  const tokens = text.match(/\s+|0[xX][0-9a-fA-F]+|\d+#\w+|\d+|[A-Za-z_]\w*|<<=|>>=|\*\*|\+\+|--|&&|\|\||[<>=!+\-*/%&|^]=|<<|>>|[-+*/%<>=!~&|^?:(),]|./gs) ?? []
  const evaluator = new Evaluator(text, tokens.filter((token) => token.trim() !== ''), variables, depth)
  return evaluator.whole()
}

class Evaluator {
  private readonly text: string
  private readonly tokens: readonly string[]
  private readonly variables: ArithVariables
  private readonly depth: number
  private at = 0
  /** Above 0 in a branch that is not taken: nothing is assigned or divided. */
  private skipping = 0

  constructor(text: string, tokens: readonly string[], variables: ArithVariables, depth: number) {
    this.text = text
    this.tokens = tokens
    this.variables = variables
    this.depth = depth
  }

  whole(): number {
    if (this.tokens.length === 0) return 0
    const value = this.comma()
    if (this.at < this.tokens.length) throw this.error('syntax error in expression')
    return value
  }

  private error(message: string): ArithError {
    const token = this.tokens.slice(this.at).join(' ')
    return new ArithError(`${this.text.trim()}: ${message} (error token is "${token}")`)
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false
    this.at++
    return true
  }

  private comma(): number {
    let value = this.assignment()
    while (this.take(',')) value = this.assignment()
    return value
  }

  private assignment(): number {
    const name = this.tokens[this.at]
    const op = this.tokens[this.at + 1]
    if (name === undefined || !/^[A-Za-z_]/.test(name) || op === undefined || !assigns.has(op)) return this.ternary()
    this.at += 2
    const right = this.assignment()
    const value = op === '=' ? right : this.apply(op.slice(0, -1), this.variable(name), right)
    if (this.skipping === 0) this.variables.set(name, String(value))
    return value
  }

  private ternary(): number {
    const test = this.operation(1)
    if (!this.take('?')) return test
    if (test === 0) this.skipping++
    const yes = this.assignment()
    if (test === 0) this.skipping--
    if (!this.take(':')) throw this.error('`:\' expected for conditional expression')
    if (test !== 0) this.skipping++
    const no = this.assignment()
    if (test !== 0) this.skipping--
    return test !== 0 ? yes : no
  }

  private operation(level: number): number {
    let left = this.unary()
    for (;;) {
      const op = this.tokens[this.at]
      const rank = op === undefined ? undefined : binary[op]
      if (rank === undefined || rank < level) return left
      this.at++
      const skips = (op === '&&' && left === 0) || (op === '||' && left !== 0)
      if (skips) this.skipping++
      const right = this.operation(op === '**' ? rank : rank + 1)
      if (skips) this.skipping--
      left = this.apply(op, left, right)
    }
  }

  private apply(op: string, a: number, b: number): number {
    switch (op) {
      case '||': return a !== 0 || b !== 0 ? 1 : 0
      case '&&': return a !== 0 && b !== 0 ? 1 : 0
      case '|': return a | b
      case '^': return a ^ b
      case '&': return a & b
      case '==': return a === b ? 1 : 0
      case '!=': return a !== b ? 1 : 0
      case '<': return a < b ? 1 : 0
      case '<=': return a <= b ? 1 : 0
      case '>': return a > b ? 1 : 0
      case '>=': return a >= b ? 1 : 0
      case '<<': return a * repeatedTwo(b)
      case '>>': return Math.floor(a / repeatedTwo(b))
      case '+': return a + b
      case '-': return a - b
      case '*': return a * b
      case '**': {
        if (b < 0) throw this.error('exponent less than 0')
        let value = 1
        for (let i = 0; i < Math.min(b, 64); i++) value *= a
        return value
      }
      default: {
        if (b === 0) {
          if (this.skipping > 0) return 0
          throw new ArithError(`${this.text.trim()}: division by 0 (error token is "${b}")`)
        }
        return op === '/' ? Math.trunc(a / b) : a % b
      }
    }
  }

  private unary(): number {
    const token = this.tokens[this.at]
    if (token === undefined) throw this.error('syntax error: operand expected')
    this.at++
    switch (token) {
      case '+': return this.unary()
      case '-': return -this.unary()
      case '!': return this.unary() === 0 ? 1 : 0
      case '~': return ~this.unary()
      case '(': {
        const value = this.comma()
        if (!this.take(')')) throw this.error('missing `)\'')
        return value
      }
      case '++':
      case '--': {
        const name = this.tokens[this.at++] ?? ''
        const value = this.variable(name) + (token === '++' ? 1 : -1)
        if (this.skipping === 0) this.variables.set(name, String(value))
        return value
      }
      default:
        return this.operand(token)
    }
  }

  private operand(token: string): number {
    if (/^[0-9]/.test(token)) {
      const value = parseInteger(token)
      if (value === undefined) {
        this.at--
        throw this.error('value too great for base')
      }
      return value
    }
    if (!/^[A-Za-z_]/.test(token)) {
      this.at--
      throw this.error('syntax error: operand expected')
    }
    const value = this.variable(token)
    const post = this.tokens[this.at]
    if (post === '++' || post === '--') {
      this.at++
      if (this.skipping === 0) this.variables.set(token, String(value + (post === '++' ? 1 : -1)))
    }
    return value
  }

  private variable(name: string): number {
    const text = this.variables.get(name)?.trim() ?? ''
    if (text === '') return 0
    const value = /^[+-]?[0-9]/.test(text) ? parseInteger(text.replace(/^[+-]/, '')) : undefined
    if (value !== undefined) return text.startsWith('-') ? -value : value
    return evaluate(text, this.variables, this.depth + 1)
  }
}

function repeatedTwo(count: number): number {
  let value = 1
  for (let i = 0; i < Math.min(Math.max(count, 0), 63); i++) value *= 2
  return value
}

function parseInteger(text: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return parseInt(text.slice(2), 16)
  const based = /^(\d+)#(\w+)$/.exec(text)
  if (based !== null) return parseInt(based[2], Number(based[1]))
  if (/^0[0-7]+$/.test(text)) return parseInt(text, 8)
  if (/^0[0-9]+$/.test(text) || !/^\d+$/.test(text)) return undefined
  return Number(text)
}
