/** Parses shell text into a syntax tree. Models the POSIX grammar with the parts of bash that people type. */

import type { ParseOptions } from './grammar.ts'
import { closers, Grammar } from './grammar.ts'
import type { Assignment, CaseArm, Node, Part, Redirect, Word } from './syntax.ts'
import { ShellSyntaxError } from './syntax.ts'

/** Compound commands nested deeper than this are refused. */
const depthMax = 100

/**
 * Parses a script.
 * @throws ShellSyntaxError with the shell's text (without the shell's name)
 */
export function parseScript(source: string, options: ParseOptions): Node {
  const parser = new Parser(source, options)
  return parser.script()
}

class Parser extends Grammar {
  protected depth = 0
  /** Aliases being expanded, each until this many characters remain. */
  protected active: { readonly name: string; readonly remaining: number }[] = []
  protected expandsAtRemaining = -1

  script(): Node {
    const node = this.list(() => false)
    if (this.token.t !== 'end') throw this.unexpected()
    return node
  }

  /** Commands up to a token that `isEnd` accepts; that token is left. */
  protected list(isEnd: () => boolean): Node {
    const nodes: Node[] = []
    for (;;) {
      this.skipNewlines()
      if (this.token.t === 'end' || isEnd()) break
      const word = this.keyword()
      if (word !== undefined && closers.has(word)) throw this.unexpected()
      const start = this.token.t === 'word' ? this.token.startsAt : 0
      const node = this.andOr()
      if (this.isOp('&')) {
        nodes.push({ t: 'background', node, source: this.lexer.text.slice(start, this.lexer.at - 1).trim() })
        this.advance()
      } else {
        nodes.push(node)
        if (this.isOp(';')) this.advance()
        else if (!this.isLineEnd() && !isEnd()) throw this.unexpected()
      }
    }
    return nodes.length === 1 ? nodes[0] : { t: 'list', nodes }
  }

  protected body(end: string): Node {
    const node = this.list(() => this.keyword() === end)
    if (node.t === 'list' && node.nodes.length === 0) throw this.unexpected(end)
    this.expectKeyword(end)
    return node
  }

  protected andOr(): Node {
    let left = this.pipeline()
    for (;;) {
      const t = this.isOp('&&') ? 'and' : this.isOp('||') ? 'or' : undefined
      if (t === undefined) return left
      this.advance()
      this.skipNewlines()
      left = { t, left, right: this.pipeline() }
    }
  }

  protected pipeline(): Node {
    let isNegated = false
    let isTimed = false
    for (;;) {
      if (this.keyword() === '!') isNegated = !isNegated
      else if (this.keyword() === 'time' && !isTimed) isTimed = true
      else break
      this.advance()
    }
    const stages: Node[] = []
    const withErrors: boolean[] = []
    if (!(isTimed && (this.token.t === 'newline' || this.token.t === 'end'))) stages.push(this.command())
    while (this.isOp('|') || this.isOp('|&')) {
      withErrors.push(this.isOp('|&'))
      this.advance()
      this.skipNewlines()
      stages.push(this.command())
    }
    return stages.length === 1 && !isNegated && !isTimed ? stages[0] : { t: 'pipe', stages, withErrors, isNegated, isTimed }
  }

  protected command(): Node {
    if (++this.depth > depthMax) throw new ShellSyntaxError(`commands nested deeper than ${depthMax}`)
    this.expandAlias()
    const compound = this.compound()
    this.depth--
    if (compound === undefined) return this.simple()
    if (compound.t === 'function') return compound
    const redirects: Redirect[] = []
    while (this.token.t === 'redirect') redirects.push(this.redirect())
    return redirects.length === 0 ? compound : { t: 'redirected', node: compound, redirects }
  }

  protected expandAlias(): void {
    const { aliases } = this.options
    for (;;) {
      const token = this.token
      if (aliases === undefined || token.t !== 'word' || token.plain === undefined || !Object.hasOwn(aliases, token.plain)) return
      const name = token.plain
      const left = this.lexer.text.length - token.startsAt
      this.active = this.active.filter((alias) => left > alias.remaining)
      if (this.active.some((alias) => alias.name === name)) return
      const remaining = this.lexer.text.length - this.lexer.at
      this.active.push({ name, remaining })
      const value = aliases[name]
      if (/\s$/.test(value)) this.expandsAtRemaining = remaining
      this.lexer.replaceWord(token.startsAt, value)
      this.advance()
    }
  }

  protected compound(): Node | undefined {
    if (this.token.t === 'op') {
      if (this.token.text === '((') {
        const expression = this.lexer.expandable(this.lexer.arithmeticText())
        this.advance()
        return { t: 'arith', expression }
      }
      if (this.token.text !== '(') return undefined
      this.advance()
      const body = this.list(() => this.isOp(')'))
      if (!this.isOp(')') || (body.t === 'list' && body.nodes.length === 0)) throw this.unexpected(')')
      this.advance()
      return { t: 'subshell', body }
    }
    const word = this.keyword()
    switch (word) {
      case 'if':
        this.advance()
        return this.ifRest()
      case 'while':
      case 'until': {
        this.advance()
        const test = this.body('do')
        return { t: 'loop', until: word === 'until', test, body: this.body('done') }
      }
      case 'for':
        return this.forRest()
      case 'case':
        return this.caseRest()
      case '{': {
        this.advance()
        return { t: 'group', body: this.body('}') }
      }
      case '[[':
        if (this.options.dialect === 'ash') return undefined
        return this.conditionRest()
      case 'function': {
        this.advance()
        const name = this.keyword()
        if (name === undefined) throw this.unexpected()
        this.advance()
        return this.functionRest(name)
      }
      default:
        return undefined
    }
  }

  protected ifRest(): Node {
    const test = this.body('then')
    const body = this.list(() => ['elif', 'else', 'fi'].includes(this.keyword() ?? ''))
    if (body.t === 'list' && body.nodes.length === 0) throw this.unexpected('fi')
    const word = this.keyword()
    if (word === undefined) throw this.unexpected('fi')
    this.advance()
    if (word === 'elif') return { t: 'if', test, body, otherwise: this.ifRest() }
    return word === 'else' ? { t: 'if', test, body, otherwise: this.body('fi') } : { t: 'if', test, body }
  }

  protected forRest(): Node {
    const at = this.lexer.at
    if (this.options.dialect === 'bash' && /^\s*\(\(/.test(this.lexer.text.slice(at))) {
      this.lexer.at = this.lexer.text.indexOf('((', at) + 2
      const [init = '', test = '', step = ''] = this.lexer.arithmeticText().split(';')
      this.advance()
      if (this.isOp(';')) this.advance()
      this.expectKeyword('do')
      const body = this.body('done')
      return { t: 'forArith', init: this.lexer.expandable(init), test: this.lexer.expandable(test), step: this.lexer.expandable(step), body }
    }
    this.advance()
    const name = this.keyword()
    if (name === undefined && this.options.dialect === 'ash' && this.token.t === 'op') throw new ShellSyntaxError('syntax error: bad for loop variable')
    if (name === undefined) throw this.unexpected()
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new ShellSyntaxError(this.options.dialect === 'ash' ? 'syntax error: bad for loop variable' : `\`${name}': not a valid identifier`)
    this.advance()
    this.skipNewlines()
    let words: Word[] | undefined
    if (this.keyword() === 'in') {
      this.advance()
      words = []
      while (this.token.t === 'word') {
        words.push(this.token.word)
        this.advance()
      }
      if (!this.isOp(';') && !this.isLineEnd()) throw this.unexpected()
    }
    if (this.isOp(';')) this.advance()
    this.expectKeyword('do')
    return { t: 'for', name, ...(words === undefined ? {} : { words }), body: this.body('done') }
  }

  protected caseRest(): Node {
    this.advance()
    const word = this.needWord()
    this.expectKeyword('in')
    const arms: CaseArm[] = []
    for (;;) {
      this.skipNewlines()
      if (this.keyword() === 'esac') break
      if (this.isOp('(')) this.advance()
      const patterns = [this.needWord()]
      while (this.isOp('|')) {
        this.advance()
        patterns.push(this.needWord())
      }
      if (!this.isOp(')')) throw this.unexpected(')')
      this.advance()
      const body = this.list(() => this.isOp(';;') || this.isOp(';&') || this.keyword() === 'esac')
      arms.push({ patterns, body, isOpen: this.isOp(';&') })
      if (this.isOp(';;') || this.isOp(';&')) this.advance()
      else if (this.keyword() !== 'esac') throw this.unexpected('esac')
    }
    this.advance()
    return { t: 'case', word, arms }
  }

  protected functionRest(name: string): Node {
    if (this.isOp('(')) {
      this.advance()
      if (!this.isOp(')')) throw this.unexpected(')')
      this.advance()
    }
    this.skipNewlines()
    const body = this.command()
    return { t: 'function', name, body }
  }

  protected redirect(): Redirect {
    if (this.token.t !== 'redirect') throw this.unexpected()
    const { fd, op } = this.token
    const next = this.lexer.next()
    if (next.t !== 'word') {
      this.token = next
      throw this.unexpected()
    }
    if (op === '<<' || op === '<<-') {
      const redirect: { fd: number; op: '<<'; target: Word } = { fd, op: '<<', target: [] }
      this.lexer.expectHeredoc(next.word, op === '<<-', (text) => {
        redirect.target = text
      })
      this.advance()
      return redirect
    }
    this.advance()
    return { fd, op, target: next.word }
  }

  protected simple(): Node {
    const assigns: Assignment[] = []
    const words: Word[] = []
    const redirects: Redirect[] = []
    for (;;) {
      const token = this.token
      if (token.t === 'redirect') {
        redirects.push(this.redirect())
        continue
      }
      if (token.t !== 'word') break
      if (words.length > 0 && this.expandsAtRemaining >= 0 && this.lexer.text.length - token.startsAt <= this.expandsAtRemaining) {
        this.expandsAtRemaining = -1
        this.expandAlias()
        continue
      }
      const assignment = words.length === 0 ? this.assignment(token.word) : undefined
      if (assignment !== undefined) assigns.push(assignment)
      else {
        words.push(token.word)
        this.advance()
        if (words.length === 1 && this.isOp('(') && token.plain !== undefined && assigns.length === 0 && redirects.length === 0) return this.functionRest(token.plain)
        continue
      }
      if (words.length === 0 && this.options.aliases !== undefined) this.expandAlias()
    }
    if (assigns.length === 0 && words.length === 0 && redirects.length === 0) throw this.unexpected()
    return { t: 'simple', assigns, words, redirects }
  }

  /** Reads `name=value` when the current word is one; the word is consumed. */
  protected assignment(word: Word): Assignment | undefined {
    const first = word[0]
    if (first?.t !== 'text' || first.quoted) return undefined
    const match = /^([A-Za-z_]\w*(?:\[[^\]]*\])?)(\+?)=/.exec(first.text)
    if (match === null) return undefined
    const name = match[1]
    const append = match[2] === '+'
    const rest = first.text.slice(match[0].length)
    const value: Part[] = []
    if (rest.startsWith('~') && (rest.length === 1 || rest[1] === '/')) value.push({ t: 'tilde' }, { t: 'text', text: rest.slice(1), quoted: false })
    else if (rest !== '') value.push({ t: 'text', text: rest, quoted: false })
    value.push(...word.slice(1))
    const isEmpty = value.length === 0
    this.advance()
    if (isEmpty && this.isOp('(') && this.options.dialect === 'bash' && this.lexer.text[this.lexer.at - 2] === '=') {
      this.advance()
      const items: Word[] = []
      for (this.skipNewlines(); this.token.t === 'word'; this.skipNewlines()) items.push(this.needWord())
      if (!this.isOp(')')) throw this.unexpected()
      this.advance()
      return { name, append, value: [], items }
    }
    return { name, append, value }
  }
}
