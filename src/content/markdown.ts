/** Markdown as blocks without HTML: what lessons, prompts and notes are shown from. Raw HTML is shown as text. */

import { marked } from 'marked'
import type { Token, Tokens } from 'marked'

/** Inline text. */
export type Inline =
  | string
  | { readonly code: string }
  | { readonly strong: readonly Inline[] }
  | { readonly em: readonly Inline[] }
  | { readonly link: readonly Inline[]; readonly href: string }

/** A block of prose. */
export type Block =
  | { readonly type: 'p'; readonly text: readonly Inline[] }
  | { readonly type: 'h'; readonly level: 2 | 3; readonly text: readonly Inline[] }
  | { readonly type: 'code'; readonly lang: string; readonly text: string }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly type: 'table'; readonly head: readonly (readonly Inline[])[]; readonly rows: readonly (readonly (readonly Inline[])[])[] }
  | { readonly type: 'aside'; readonly title: string; readonly body: readonly Block[] }
  | { readonly type: 'fold'; readonly title: string; readonly body: readonly Block[] }

/** `> [!note] Title` opens an aside, `> [!fold] Title` a part that is folded at first. */
const calloutPattern = /^\[!(note|fold)\]\s*(.*)$/

/** Parses Markdown. */
export function parseMarkdown(text: string): Block[] {
  return blocksOf(marked.lexer(text))
}

/** Parses one line of Markdown. */
export function parseInline(text: string): Inline[] {
  return inlinesOf(marked.Lexer.lexInline(text))
}

function blocksOf(tokens: readonly Token[]): Block[] {
  return tokens.flatMap((token) => blockOf(token) ?? [])
}

function blockOf(token: Token): Block | undefined {
  switch (token.type) {
    case 'paragraph':
    case 'text':
      return { type: 'p', text: inlinesOf((token as Tokens.Paragraph).tokens ?? [{ type: 'text', raw: token.raw, text: (token as Tokens.Text).text } as Token]) }
    case 'heading':
      return { type: 'h', level: (token as Tokens.Heading).depth <= 2 ? 2 : 3, text: inlinesOf((token as Tokens.Heading).tokens) }
    case 'code':
      return { type: 'code', lang: (token as Tokens.Code).lang ?? '', text: (token as Tokens.Code).text }
    case 'list':
      return { type: 'list', ordered: (token as Tokens.List).ordered, items: (token as Tokens.List).items.map((item) => blocksOf(item.tokens)) }
    case 'table':
      return tableOf(token as Tokens.Table)
    case 'blockquote':
      return quoteOf(token as Tokens.Blockquote)
    case 'html':
      return { type: 'p', text: [(token as Tokens.HTML).text] }
    default:
      return undefined
  }
}

function tableOf(table: Tokens.Table): Block {
  return { type: 'table', head: table.header.map((cell) => inlinesOf(cell.tokens)), rows: table.rows.map((row) => row.map((cell) => inlinesOf(cell.tokens))) }
}

function quoteOf(quote: Tokens.Blockquote): Block {
  const [firstLine, ...rest] = quote.text.split('\n')
  const match = calloutPattern.exec(firstLine)
  if (match === null) return { type: 'aside', title: '', body: blocksOf(quote.tokens) }
  return { type: match[1] === 'fold' ? 'fold' : 'aside', title: match[2], body: parseMarkdown(rest.join('\n')) }
}

function inlinesOf(tokens: readonly Token[]): Inline[] {
  return tokens.flatMap((token): Inline[] => {
    switch (token.type) {
      case 'strong':
        return [{ strong: inlinesOf((token as Tokens.Strong).tokens) }]
      case 'em':
        return [{ em: inlinesOf((token as Tokens.Em).tokens) }]
      case 'codespan':
        return [{ code: (token as Tokens.Codespan).text }]
      case 'link':
        return [{ link: inlinesOf((token as Tokens.Link).tokens), href: (token as Tokens.Link).href }]
      case 'br':
        return ['\n']
      case 'text':
        return (token as Tokens.Text).tokens === undefined ? [unescape((token as Tokens.Text).text)] : inlinesOf((token as Tokens.Text).tokens ?? [])
      case 'escape':
        return [(token as Tokens.Escape).text]
      default:
        return [token.raw]
    }
  })
}

const entities: { readonly [entity: string]: string } = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }

/** marked escapes text for HTML; blocks hold plain text. */
function unescape(text: string): string {
  return text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity])
}
