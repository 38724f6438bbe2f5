/** The conditions of `test`, `[` and `[[ ]]`. */

import { evaluate } from './arith.ts'
import type { ShellFiles } from './host.ts'
import { isDirectory, resolvePath } from './host.ts'

/** A broken condition; the text follows the command's name. Status 2. */
export class TestError extends Error {
  override readonly name = 'TestError'
}

export interface TestContext {
  readonly files: ShellFiles
  readonly cwd: string
  isSet(name: string): boolean
  readonly isTerminal: boolean
}

const numeric: { readonly [op: string]: (a: number, b: number) => boolean } = {
  '-eq': (a, b) => a === b, '-ne': (a, b) => a !== b, '-lt': (a, b) => a < b, '-le': (a, b) => a <= b, '-gt': (a, b) => a > b, '-ge': (a, b) => a >= b,
}
const unaryOps = new Set(['-e', '-f', '-d', '-r', '-w', '-x', '-s', '-z', '-n', '-L', '-h', '-v', '-t'])

/** A test of one operand, such as `-f FILE`. */
export function testUnary(op: string, operand: string, context: TestContext): boolean {
  const path = resolvePath(context.cwd, operand)
  const isFolder = (): boolean => operand !== '' && isDirectory(context.files, path)
  const text = (): string | undefined => (operand === '' ? undefined : context.files.read(path))
  switch (op) {
    case '-z': return operand === ''
    case '-n': return operand !== ''
    case '-e':
    case '-r':
    case '-w': return text() !== undefined || isFolder()
    case '-x': return isFolder() || text()?.startsWith('#!') === true || /^\/(usr\/)?s?bin\//.test(path)
    case '-f': return text() !== undefined
    case '-d': return isFolder()
    case '-s': return (text() ?? '') !== '' || isFolder()
    case '-v': return context.isSet(operand)
    case '-t': return context.isTerminal
    default: return false
  }
}

/** `isArithmetic`: operands are expressions, as in `[[ ]]`. */
export function testBinary(left: string, op: string, right: string, context: TestContext, isArithmetic = false): boolean {
  const compare = numeric[op]
  if (compare !== undefined) return compare(toNumber(left, isArithmetic), toNumber(right, isArithmetic))
  switch (op) {
    case '=':
    case '==': return left === right
    case '!=': return left !== right
    case '<': return left < right
    case '>': return left > right
    case '-nt':
    case '-ot': return false
    case '-ef': return resolvePath(context.cwd, left) === resolvePath(context.cwd, right)
    default: throw new TestError(`${op}: binary operator expected`)
  }
}

function toNumber(text: string, isArithmetic: boolean): number {
  if (isArithmetic) return evaluate(text, { get: () => undefined, set: () => undefined })
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new TestError(`${text}: integer expression expected`)
  return Number(text)
}

const isBinary = (op: string | undefined): boolean => op !== undefined && (op in numeric || ['=', '==', '!=', '<', '>', '-nt', '-ot', '-ef'].includes(op))

/** Evaluates the arguments of `test`. @throws TestError */
export function evaluateTest(args: readonly string[], context: TestContext): boolean {
  // POSIX: with few arguments the count decides, so that operands which look like operators are safe.
  if (args.length === 0) return false
  if (args.length === 1) return args[0] !== ''
  if (args.length === 2) {
    if (args[0] === '!') return args[1] === ''
    if (unaryOps.has(args[0])) return testUnary(args[0], args[1], context)
    throw new TestError(`${args[0]}: unary operator expected`)
  }
  if (args.length === 3 && isBinary(args[1])) return testBinary(args[0], args[1], args[2], context)
  if (args.length === 4 && args[0] === '!') return !evaluateTest(args.slice(1), context)
  const parser = new TestParser(args, context)
  return parser.whole()
}

class TestParser {
  private readonly args: readonly string[]
  private readonly context: TestContext
  private at = 0

  constructor(args: readonly string[], context: TestContext) {
    this.args = args
    this.context = context
  }

  whole(): boolean {
    const value = this.or()
    if (this.at < this.args.length) throw new TestError('too many arguments')
    return value
  }

  private or(): boolean {
    let value = this.and()
    while (this.args[this.at] === '-o') {
      this.at++
      value = this.and() || value
    }
    return value
  }

  private and(): boolean {
    let value = this.not()
    while (this.args[this.at] === '-a') {
      this.at++
      value = this.not() && value
    }
    return value
  }

  private not(): boolean {
    if (this.args[this.at] === '!') {
      this.at++
      return !this.not()
    }
    return this.primary()
  }

  private primary(): boolean {
    const token = this.args[this.at]
    if (token === undefined) throw new TestError('argument expected')
    if (isBinary(this.args[this.at + 1]) && this.at + 2 < this.args.length) {
      this.at += 3
      return testBinary(token, this.args[this.at - 2], this.args[this.at - 1], this.context)
    }
    if (token === '(') {
      this.at++
      const value = this.or()
      if (this.args[this.at++] !== ')') throw new TestError("`)' expected")
      return value
    }
    if (unaryOps.has(token) && this.at + 1 < this.args.length) {
      this.at += 2
      return testUnary(token, this.args[this.at - 1], this.context)
    }
    this.at++
    return token !== ''
  }
}
