import { describe, expect, test } from 'vitest'
import { actionOfKey, uiActions, type KeyPlace } from './ui-actions.ts'

const press = (key: string, modifiers: { shift?: boolean; ctrl?: boolean; alt?: boolean } = {}) => ({ key, shift: modifiers.shift ?? false, ctrl: modifiers.ctrl ?? false, alt: modifiers.alt ?? false, meta: false })

describe('function keys work everywhere', () => {
  test.each(['page', 'field', 'editor', 'terminal'] as const)('in the %s', (place: KeyPlace) => {
    expect(actionOfKey(press('F4'), place, true)).toBe('play-pause')
    expect(actionOfKey(press('F4', { shift: true }), place, true)).toBe('step-event')
    expect(actionOfKey(press('F6'), place, false)).toBe('next-pane')
    expect(actionOfKey(press('F9', { shift: true }), place, true)).toBe('check-step')
    expect(actionOfKey(press(';', { ctrl: true }), place, true)).toBe('palette')
  })
  test('F9 applies in the editor and explains outside it', () => {
    expect(actionOfKey(press('F9'), 'editor', true)).toBe('apply')
    expect(actionOfKey(press('F9'), 'page', true)).toBe('why')
    expect(actionOfKey(press('F9'), 'terminal', true)).toBeUndefined()
  })
})

describe('single characters', () => {
  test.each([['?', 'keys'], ['n', 'next-problem'], [']', 'next-step'], ['End', 'back-to-now']])('%s on the page is %s', (key, action) => { expect(actionOfKey(press(key), 'page', true)).toBe(action) })
  test.each(['field', 'editor', 'terminal'] as const)('stay with the %s', (place) => { expect(actionOfKey(press('n'), place, true)).toBeUndefined() })
  test('can be switched off', () => { expect(actionOfKey(press('n'), 'page', false)).toBeUndefined() })
  test('belong to the shell or the browser with Ctrl or Alt', () => { expect([actionOfKey(press('w', { ctrl: true }), 'page', true), actionOfKey(press('f', { alt: true }), 'page', true)]).toEqual([undefined, undefined]) })
})

test('each action is listed once', () => { expect(new Set(uiActions.map((action) => action.id)).size).toBe(uiActions.length) })
