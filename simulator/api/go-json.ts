/** Finds where a JSON value ends and what is wrong with it, in the words of Go's encoding/json. */

/** Where a JSON value stands in a text, or what is wrong with it and where. */
export type JsonScan = { readonly start: number; readonly end: number } | { readonly error: string; readonly offset: number; readonly isSyntax: boolean }

/** Stops the scan; never leaves this file. */
class ScanFailure extends Error {
  readonly index: number
  readonly isSyntax: boolean

  constructor(message: string, index: number, isSyntax: boolean) {
    super(message)
    this.index = index
    this.isSyntax = isSyntax
  }
}

function quoteChar(char: string): string {
  if (char === "'") return "'\\''"
  if (char === '"') return "'\"'"
  return `'${JSON.stringify(char).slice(1, -1).replace(/\\u00([0-9a-f]{2})/g, '\\x$1')}'`
}

const literals = ['true', 'false', 'null']

class JsonScanner {
  readonly #text: string
  readonly #depthMax: number
  #index: number
  #depth = 0

  constructor(text: string, index: number, depthMax: number) {
    this.#text = text
    this.#index = index
    this.#depthMax = depthMax
  }

  get index(): number {
    return this.#index
  }

  skipSpace(): void {
    while (this.#index < this.#text.length && ' \t\r\n'.includes(this.#text[this.#index]!)) this.#index++
  }

  #char(): string {
    const char = this.#text[this.#index]
    if (char === undefined) throw new ScanFailure('unexpected EOF', this.#index, false)
    return char
  }

  #fail(context: string): ScanFailure {
    return new ScanFailure(`invalid character ${quoteChar(this.#char())} ${context}`, this.#index + 1, true)
  }

  #take(): string {
    this.skipSpace()
    return this.#char()
  }

  value(): void {
    const char = this.#take()
    if (char === '{' || char === '[') {
      if (++this.#depth > this.#depthMax) throw new ScanFailure('exceeded max depth', this.#index + 1, true)
      if (char === '{') this.#object()
      else this.#array()
      this.#depth--
    } else if (char === '"') this.#string()
    else if (char === '-' || /[0-9]/.test(char)) this.#number()
    else this.#literal()
  }

  #object(): void {
    this.#index++
    if (this.#take() === '}') return void this.#index++
    for (;;) {
      if (this.#take() !== '"') throw this.#fail('looking for beginning of object key string')
      this.#string()
      if (this.#take() !== ':') throw this.#fail('after object key')
      this.#index++
      this.value()
      const char = this.#take()
      if (char !== ',' && char !== '}') throw this.#fail('after object key:value pair')
      this.#index++
      if (char === '}') return
    }
  }

  #array(): void {
    this.#index++
    if (this.#take() === ']') return void this.#index++
    for (;;) {
      this.value()
      const char = this.#take()
      if (char !== ',' && char !== ']') throw this.#fail('after array element')
      this.#index++
      if (char === ']') return
    }
  }

  #string(): void {
    this.#index++
    for (;;) {
      const char = this.#char()
      if (char === '\\') this.#escape()
      else if (char < ' ') throw this.#fail('in string literal')
      else {
        this.#index++
        if (char === '"') return
      }
    }
  }

  #escape(): void {
    this.#index++
    const kind = this.#char()
    if (!'bfnrt\\/"u'.includes(kind)) throw this.#fail('in string escape code')
    this.#index++
    if (kind !== 'u') return
    for (let digit = 0; digit < 4; digit++) {
      if (!/[0-9a-fA-F]/.test(this.#char())) throw this.#fail('in \\u hexadecimal character escape')
      this.#index++
    }
  }

  #digits(context: string): void {
    if (!/[0-9]/.test(this.#char())) throw this.#fail(context)
    while (/[0-9]/.test(this.#text[this.#index] ?? '')) this.#index++
  }

  #number(): void {
    if (this.#char() === '-') this.#index++
    if (this.#char() === '0') this.#index++
    else this.#digits('in numeric literal')
    if (this.#text[this.#index] === '.') {
      this.#index++
      this.#digits('after decimal point in numeric literal')
    }
    if (/[eE]/.test(this.#text[this.#index] ?? '')) {
      this.#index++
      if (/[+-]/.test(this.#char())) this.#index++
      this.#digits('in exponent of numeric literal')
    }
  }

  #literal(): void {
    const word = literals.find((each) => each[0] === this.#char())
    if (word === undefined) throw this.#fail('looking for beginning of value')
    for (const [offset, expected] of [...word].entries()) {
      if (offset > 0 && this.#char() !== expected) throw this.#fail(`in literal ${word} (expecting '${expected}')`)
      this.#index++
    }
  }
}

/** Scans one JSON value from an index on; undefined when only white space is left. */
export function scanGoJson(text: string, index: number, depthMax: number): JsonScan | undefined {
  const scanner = new JsonScanner(text, index, depthMax)
  scanner.skipSpace()
  if (scanner.index >= text.length) return undefined
  const start = scanner.index
  try {
    scanner.value()
    return { start, end: scanner.index }
  } catch (failure) {
    if (failure instanceof ScanFailure) return { error: failure.message, offset: failure.index, isSyntax: failure.isSyntax }
    throw failure
  }
}
