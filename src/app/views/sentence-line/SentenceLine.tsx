import { useEffect, useRef, useState } from 'react'
import { PodGlyph } from '../../ui/Glyphs.tsx'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { useView } from '../../use-view.ts'
import { selectionOfNode, useWorkbench, type Selection } from '../../workbench.tsx'
import { useFlight } from '../../flight.tsx'
import { sentenceView, type SentencePart } from './sentence-line.view.ts'
import css from './SentenceLine.module.css'

/** What is wrong, in words; each part picks what it names. Read out at most once in 5 s. */
export function SentenceLine() {
  const sentence = useView(sentenceView)
  const { store } = useFlight()
  const workbench = useWorkbench()
  const pick = (part: SentencePart) => {
    workbench.ring(part.nodeNames)
    const selection = firstOf(part, store.board.pods)
    if (selection !== undefined) workbench.select(selection)
  }
  return (
    <div className={css.frame}><div className={css.line}>
      {sentence.parts.length === 0 && <span className={css.steadyText}>{sentence.text}</span>}
      {sentence.parts.map((part, index) => (
        <button key={part.id} type="button" className={css.part} onClick={() => pick(part)} title={`${part.strong}${part.rest}`}>
          {index > 0 && <span className={css.dot} aria-hidden="true">·</span>}
          <PodGlyph shape={part.shape} size={9} />
          <span className={css.text}><b>{part.strong}</b><span>{part.rest}</span></span>
        </button>
      ))}
      <span className={css.space} />
      <span className={css.steady}>{sentence.steady}</span>
      <Slowly text={sentence.text} />
    </div></div>
  )
}

function firstOf(part: SentencePart, pods: ReadonlyMap<string, { uid: string; namespace: string; name: string }>): Selection | undefined {
  const pod = pods.get(part.podUids[0] ?? '')
  if (pod !== undefined) return { kind: 'Pod', uid: pod.uid, ref: { kind: 'Pod', namespace: pod.namespace, name: pod.name } }
  const node = part.nodeNames[0]
  return node === undefined ? undefined : selectionOfNode(node)
}

/** The sentence for readers, changed at most once in 5 s. */
function Slowly({ text }: { text: string }) {
  const [shown, setShown] = useState(text)
  const latest = useRef(text)
  useEffect(() => { latest.current = text }, [text])
  useEffect(() => { const timer = setInterval(() => setShown(latest.current), 5000); return () => clearInterval(timer) }, [])
  return <span role="status"><Hidden>{shown}</Hidden></span>
}
