import { useId, useState } from 'react'
import { Check, X } from 'lucide-react'
import type { QuizItem } from '../../content-types.ts'
import { useFlight } from '../../flight.tsx'
import { Button } from '../../ui/Button.tsx'
import { InlineText, Prose } from '../../ui/Prose.tsx'
import { useView } from '../../use-view.ts'
import { quizView } from './lab.view.ts'
import css from './Quiz.module.css'

/** A prediction or question: options with reasons, or a free answer. */
export function Quiz({ item }: { item: QuizItem }) {
  const { host } = useFlight()
  const quiz = useView(quizView, item)
  const id = useId()
  const isLocked = item.kind === 'prediction' && quiz.state !== 'open'
  const chosen = item.options.find((option) => option.key === quiz.answer)
  return (
    <div className={css.quiz} role="group" aria-labelledby={`${id}-q`}>
      <div className={css.kind}>{item.kind === 'prediction' ? (isLocked ? 'You predicted' : 'Predict first') : item.kind === 'practice' ? 'Practice' : 'Question'}</div>
      <div id={`${id}-q`} className={css.question}><InlineText text={item.question} /></div>
      {isLocked ? chosen !== undefined && <div className={css.chosen}><InlineText text={chosen.text} /></div>
        : item.options.length > 0 ? <Options item={item} answer={quiz.answer} name={id} onAnswer={(key) => void host.answer(item.id, key)} /> : <FreeAnswer answer={quiz.answer} labelledBy={`${id}-q`} onAnswer={(text) => void host.answer(item.id, text)} />}
      {quiz.state === 'right' && <p className={css.right}><Check size={14} aria-hidden /> <span>Right. {quiz.why !== undefined && <InlineText text={quiz.why} />}</span></p>}
      {quiz.state === 'wrong' && <p className={css.wrong}><X size={14} aria-hidden /> <span>Not so. {quiz.why !== undefined && <InlineText text={quiz.why} />}</span></p>}
      {quiz.state === 'given' && <p className={css.given}>Kept. The check of this step judges it.</p>}
      {item.hints?.slice(0, quiz.hintsShown).map((hint, index) => <p key={index} className={css.given}>Hint: <InlineText text={hint} /></p>)}
      {item.hints !== undefined && quiz.hintsShown < item.hints.length && quiz.state !== 'right' && <Button look="quiet" size="small" onClick={() => void host.showHint(item.id)}>Hint {quiz.hintsShown + 1} of {item.hints.length}</Button>}
      {item.solution !== undefined && quiz.state !== 'open' && <details className={css.solution}><summary>Solution</summary><Prose blocks={item.solution} /></details>}
    </div>
  )
}

function Options({ item, answer, name, onAnswer }: { item: QuizItem; answer: string | undefined; name: string; onAnswer: (key: string) => void }) {
  return (
    <div role="radiogroup" aria-labelledby={`${name}-q`} className={css.options}>
      {item.options.map((option) => (
        <label key={option.key}>
          <input type="radio" name={name} value={option.key} checked={answer === option.key} onChange={() => onAnswer(option.key)} />
          <span><InlineText text={option.text} /></span>
        </label>
      ))}
    </div>
  )
}

function FreeAnswer({ answer, labelledBy, onAnswer }: { answer: string | undefined; labelledBy: string; onAnswer: (text: string) => void }) {
  const [text, setText] = useState(answer ?? '')
  return (
    <form className={css.free} onSubmit={(event) => { event.preventDefault(); onAnswer(text) }}>
      <input aria-labelledby={labelledBy} value={text} onChange={(event) => setText(event.target.value)} spellCheck={false} />
      <Button type="submit" disabled={text.trim() === ''}>Keep answer</Button>
    </form>
  )
}
