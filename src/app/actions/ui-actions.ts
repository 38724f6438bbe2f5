/** The one list of UI actions. Buttons, shortcuts and the command palette name actions by id; screens say what they do. */

export const uiActions = [
  { id: 'palette', title: 'Open commands', group: 'Help', key: 'F1' },
  { id: 'keys', title: 'Show keys', group: 'Help', key: '?' },
  { id: 'play-pause', title: 'Play or pause', group: 'Time', key: 'F4' },
  { id: 'step-event', title: 'Step one event', group: 'Time', key: 'Shift+F4' },
  { id: 'next-change', title: 'Skip to the next change', group: 'Time', key: '>' },
  { id: 'rewind-start', title: 'Rewind to the start', group: 'Time' },
  { id: 'step-back', title: 'Step back to the mark before', group: 'Time', key: '<' },
  { id: 'back-to-now', title: 'Back to now', group: 'Time', key: 'End' },
  { id: 'fork', title: 'Fork here', group: 'Time' },
  { id: 'next-pane', title: 'Next pane', group: 'Go to', key: 'F6' },
  { id: 'previous-pane', title: 'Previous pane', group: 'Go to', key: 'Shift+F6' },
  { id: 'apply', title: 'Apply the file in the editor', group: 'Editor', key: 'F9' },
  { id: 'format', title: 'Format the file in the editor', group: 'Editor' },
  { id: 'check-step', title: 'Check this step', group: 'Lesson', key: 'Shift+F9' },
  { id: 'next-step', title: 'Next step', group: 'Lesson', key: ']' },
  { id: 'previous-step', title: 'Previous step', group: 'Lesson', key: '[' },
  { id: 'hint', title: 'Show the next hint', group: 'Lesson' },
  { id: 'reset-step', title: 'Reset to the start of this step', group: 'Lesson' },
  { id: 'why', title: 'Why is the chosen Pod here, or Pending', group: 'Cluster', key: 'W' },
  { id: 'next-problem', title: 'Next problem', group: 'Cluster', key: 'N' },
  { id: 'filter', title: 'Filter the map', group: 'Cluster', key: '/' },
  { id: 'zoom-in', title: 'Zoom in', group: 'Cluster', key: '+' },
  { id: 'zoom-out', title: 'Zoom out', group: 'Cluster', key: '-' },
  { id: 'zoom-fit', title: 'Fit the map', group: 'Cluster', key: '0' },
  { id: 'map-table', title: 'Show the map as a table', group: 'Cluster' },
  { id: 'flag', title: 'Flag this task', group: 'Exam', key: 'F' },
  { id: 'end-exam', title: 'End the exam', group: 'Exam' },
  { id: 'theme', title: 'Next theme', group: 'Help' },
] as const satisfies readonly { id: string; title: string; group: string; key?: string }[]

export type UiActionId = (typeof uiActions)[number]['id']

/** A key press as plain data. */
export interface KeyPress { readonly key: string; readonly shift: boolean; readonly ctrl: boolean; readonly alt: boolean; readonly meta: boolean }

/** Where the focus is: function keys work everywhere, single characters only in `page`. */
export type KeyPlace = 'page' | 'field' | 'editor' | 'terminal'

/**
 * The action of a key press, or undefined. F1 belongs to Monaco inside the editor (its list holds ours), Home and End
 * of a field stay there.
 * @param areSingleKeysOn the setting of WCAG 2.1.4
 */
export function actionOfKey(press: KeyPress, place: KeyPlace, areSingleKeysOn: boolean): UiActionId | undefined {
  if (press.alt || press.meta) return undefined
  if (press.ctrl) return press.key === ';' ? 'palette' : undefined
  const functionKey = functionKeys[press.shift ? `Shift+${press.key}` : press.key]
  if (functionKey !== undefined) return functionKey === 'apply' && place !== 'editor' && place !== 'field' ? (place === 'page' ? 'why' : undefined) : functionKey
  if (place !== 'page') return undefined
  if (press.key === 'End') return 'back-to-now'
  return areSingleKeysOn ? singleKeys[press.key] : undefined
}

const functionKeys: Readonly<Record<string, UiActionId>> = {
  F1: 'palette', F4: 'play-pause', 'Shift+F4': 'step-event', F6: 'next-pane', 'Shift+F6': 'previous-pane', F9: 'apply', 'Shift+F9': 'check-step',
}
const singleKeys: Readonly<Record<string, UiActionId>> = {
  '?': 'keys', '/': 'filter', n: 'next-problem', N: 'next-problem', w: 'why', W: 'why', '+': 'zoom-in', '=': 'zoom-in', '-': 'zoom-out', '0': 'zoom-fit',
  ']': 'next-step', '[': 'previous-step', f: 'flag', F: 'flag', '>': 'next-change', '<': 'step-back', '.': 'step-event', ',': 'step-back',
}
