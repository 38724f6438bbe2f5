/** Reads YAML text character by character and knows where it is. Models the libyaml reader (go.yaml.in/yaml v2.4). */

/** A place in the text. Lines and columns count from 0. */
export interface Mark { readonly index: number; readonly line: number; readonly column: number }

/** A fault in the text. `message` is complete, as go-yaml prints it after `yaml: `. */
export class YamlFailure extends Error {
  override readonly name = 'YamlFailure'
}

/** The scanner counts the line of an error from 1, but only if it is not the first one; so does go-yaml. */
export function scannerFailure(problem: string, at: Mark, context: Mark): YamlFailure {
  const line = at.line !== 0 ? at.line + 1 : context.line
  return new YamlFailure(line === 0 ? problem : `line ${line}: ${problem}`)
}

/** Errors of the parser name the line before the one where the problem is. */
export function parserFailure(problem: string, at: Mark, context?: Mark): YamlFailure {
  const line = at.line !== 0 ? at.line : (context?.line ?? 0)
  return new YamlFailure(line === 0 ? problem : `line ${line}: ${problem}`)
}

const breaks = '\n\r\x85\u2028\u2029'

/** A place in a text that moves forward. */
export class CharReader {
  readonly text: string
  index = 0
  line = 0
  column = 0

  constructor(text: string) {
    this.text = text
    if (text.startsWith('\uFEFF')) this.index = 1
  }

  /** The character at an offset from here; '' behind the end. */
  at(offset = 0): string {
    return this.text[this.index + offset] ?? ''
  }

  /** True at a line break. */
  isBreak(offset = 0): boolean {
    const char = this.at(offset)
    return char !== '' && breaks.includes(char)
  }

  /** True at a space or tab. */
  isBlank(offset = 0): boolean {
    const char = this.at(offset)
    return char === ' ' || char === '\t'
  }

  /** True at white space, a line break or the end. */
  isBlankOrEnd(offset = 0): boolean {
    return this.at(offset) === '' || this.isBlank(offset) || this.isBreak(offset)
  }

  /** The place where the reader stands. */
  mark(): Mark {
    return { index: this.index, line: this.line, column: this.column }
  }

  /** Passes characters that are no line breaks. */
  skip(count = 1): void {
    this.index += count
    this.column += count
  }

  /** Takes a character. */
  read(): string {
    const char = this.at()
    // The second half of a surrogate pair does not count as a column of its own.
    const isPair = char >= '\uD800' && char <= '\uDBFF'
    const text = isPair ? char + this.at(1) : char
    this.index += text.length
    this.column++
    return text
  }

  /** Takes a line break and gives it as the scalar has it. */
  readLine(): string {
    const char = this.at()
    this.index += char === '\r' && this.at(1) === '\n' ? 2 : 1
    this.column = 0
    this.line++
    return char === '\u2028' || char === '\u2029' ? char : '\n'
  }

  /** An error of the scanner at this place. */
  failure(problem: string, context: Mark): YamlFailure {
    return scannerFailure(problem, this.mark(), context)
  }

  /** True at `---` or `...` at the beginning of a line. */
  isDocumentIndicator(): boolean {
    if (this.column !== 0 || !this.isBlankOrEnd(3)) return false
    return this.text.startsWith('---', this.index) || this.text.startsWith('...', this.index)
  }
}

/** Percent escapes as UTF-8 octets. Octets that form no character stay as they are. */
export function decodeOctets(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (octets) => {
    try {
      return decodeURIComponent(octets)
    } catch {
      return octets
    }
  })
}
