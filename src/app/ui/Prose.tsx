import { Fragment, type ReactNode } from 'react'
import { ChevronRight } from 'lucide-react'
import type { Block, Inline } from '../content-types.ts'
import css from './Prose.module.css'

/** Inline text of content as elements. Links open in a new tab and only http(s) or # targets become links. */
export function InlineText({ text }: { text: readonly Inline[] }): ReactNode {
  return text.map((part, index) => <Fragment key={index}>{inline(part)}</Fragment>)
}

function inline(part: Inline): ReactNode {
  if (typeof part === 'string') return part
  if ('code' in part) return <code className={css.inlineCode}>{part.code}</code>
  if ('strong' in part) return <strong><InlineText text={part.strong} /></strong>
  if ('em' in part) return <em><InlineText text={part.em} /></em>
  if (!/^(https?:|#|\.?\/)/.test(part.href)) return <InlineText text={part.link} />
  return <a href={part.href} target={part.href.startsWith('#') ? undefined : '_blank'} rel="noreferrer"><InlineText text={part.link} /></a>
}

/** Blocks of a lesson, task or card. `onRun` adds a button to shell code that puts it into the terminal. */
export function Prose({ blocks, onRun }: { blocks: readonly Block[]; onRun?: ((text: string) => void) | undefined }) {
  return <div className={css.prose}>{blocks.map((block, index) => <BlockView key={index} block={block} onRun={onRun} />)}</div>
}

function BlockView({ block, onRun }: { block: Block; onRun?: ((text: string) => void) | undefined }) {
  switch (block.type) {
    case 'p': return <p><InlineText text={block.text} /></p>
    case 'h': return block.level === 2 ? <h2><InlineText text={block.text} /></h2> : <h3><InlineText text={block.text} /></h3>
    case 'code': return <CodeBlock lang={block.lang} text={block.text} onRun={onRun} />
    case 'list': return <ListBlock ordered={block.ordered} items={block.items} onRun={onRun} />
    case 'table': return <TableBlock head={block.head} rows={block.rows} />
    case 'aside': return <aside className={css.aside}><h3>{block.title}</h3><Prose blocks={block.body} onRun={onRun} /></aside>
    case 'fold': return <details className={css.fold}><summary><ChevronRight size={14} aria-hidden />{block.title}</summary><Prose blocks={block.body} onRun={onRun} /></details>
  }
}

function CodeBlock({ lang, text, onRun }: { lang: string; text: string; onRun?: ((text: string) => void) | undefined }) {
  const isShell = lang === 'sh' || lang === 'bash' || lang === 'shell'
  return (
    <div className={css.code}>
      <pre tabIndex={0} aria-label={isShell ? 'Commands' : lang === '' ? 'Text' : lang}>{text}</pre>
      {isShell && onRun !== undefined && <button type="button" className={css.put} onClick={() => onRun(text)}>Put into the terminal</button>}
    </div>
  )
}

function ListBlock({ ordered, items, onRun }: { ordered: boolean; items: readonly (readonly Block[])[]; onRun?: ((text: string) => void) | undefined }) {
  const rows = items.map((item, index) => <li key={index}><Prose blocks={item} onRun={onRun} /></li>)
  return ordered ? <ol>{rows}</ol> : <ul>{rows}</ul>
}

function TableBlock({ head, rows }: { head: readonly (readonly Inline[])[]; rows: readonly (readonly (readonly Inline[])[])[] }) {
  return (
    <div className={css.tableBox} tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead><tr>{head.map((cell, index) => <th key={index} scope="col"><InlineText text={cell} /></th>)}</tr></thead>
        <tbody>{rows.map((row, index) => <tr key={index}>{row.map((cell, at) => <td key={at}><InlineText text={cell} /></td>)}</tr>)}</tbody>
      </table>
    </div>
  )
}
