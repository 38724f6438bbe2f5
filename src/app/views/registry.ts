import { Activity, CircleHelp, Diff, FileCode, ListChecks, Eye, Server, type LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'
import { Details, ObjectYaml } from './details/Details.tsx'
import { EventFeed } from './events/EventFeed.tsx'
import { Explanation } from './explanation/Explanation.tsx'
import { NeedsALook } from './needs-a-look/NeedsALook.tsx'
import { Tracker } from './tracker/Tracker.tsx'
import { WhatIf } from './what-if/WhatIf.tsx'

/** A view of a side pane. `isInExam` is false for what explains or tells whether a check holds. */
export interface ViewEntry { readonly id: string; readonly title: string; readonly icon: LucideIcon; readonly component: ComponentType; readonly isInExam: boolean }

/** In the order of the tabs. */
export const views: readonly ViewEntry[] = [
  { id: 'tracker', title: 'Status tracker', icon: ListChecks, component: Tracker, isInExam: false },
  { id: 'why', title: 'Why here', icon: CircleHelp, component: Explanation, isInExam: false },
  { id: 'what-if', title: 'What if', icon: Diff, component: WhatIf, isInExam: false },
  { id: 'details', title: 'Details', icon: Server, component: Details, isInExam: true },
  { id: 'problems', title: 'Needs a look', icon: Eye, component: NeedsALook, isInExam: true },
  { id: 'events', title: 'Events', icon: Activity, component: EventFeed, isInExam: true },
  { id: 'yaml', title: 'YAML', icon: FileCode, component: ObjectYaml, isInExam: true },
]
