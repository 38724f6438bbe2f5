/** What the learner has put together so far. It outlives the tab, and ends with the session. */

import { useState } from 'react'
import type { WhatIfChange } from '../../../session/what-if/changes.ts'
import type { WhatIfRefusal, WhatIfReport } from '../../../session/what-if/what-if.ts'
import { useFlight } from '../../flight.tsx'

export interface Draft {
  readonly changes: readonly WhatIfChange[]
  /** Of these changes; gone when they change. */
  readonly answer?: WhatIfReport | WhatIfRefusal
  /** Dollars per hour by type of node, where the learner set another. */
  readonly prices: Readonly<Record<string, number>>
}

const empty: Draft = { changes: [], prices: {} }
const drafts = new WeakMap<object, Draft>()

/** The draft of the open session, and how to change it. */
export function useDraft(): readonly [Draft, (change: (draft: Draft) => Draft) => void] {
  const { store } = useFlight()
  const [draft, setDraft] = useState(() => drafts.get(store) ?? empty)
  return [draft, (change) => {
    const next = change(drafts.get(store) ?? empty)
    drafts.set(store, next)
    setDraft(next)
  }]
}
