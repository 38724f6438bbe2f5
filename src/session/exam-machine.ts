/** The life of an exam: it runs until it is ended or its time is over, then it is graded. Time comes in by events. */

import { setup } from 'xstate'

/** What an exam is told. */
export type ExamEvent = { readonly type: 'end' } | { readonly type: 'clock'; readonly nowWallMs: number } | { readonly type: 'graded' }

/** When the exam began and when its time is over; a training has no end. */
export interface ExamInput {
  readonly startedAtWallMs: number
  readonly endsAtWallMs?: number
}

export const examMachine = setup({
  types: { context: {} as ExamInput, events: {} as ExamEvent, input: {} as ExamInput },
  guards: {
    isOver: ({ context, event }) => event.type === 'clock' && context.endsAtWallMs !== undefined && event.nowWallMs >= context.endsAtWallMs,
  },
}).createMachine({
  id: 'exam',
  context: ({ input }) => input,
  initial: 'running',
  states: {
    running: { on: { end: 'grading', clock: { guard: 'isOver', target: 'grading' } } },
    grading: { on: { graded: 'ended' } },
    ended: { type: 'final' },
  },
})
