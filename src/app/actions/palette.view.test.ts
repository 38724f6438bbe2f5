import { describe, expect, test } from 'vitest'
import { findCommands, groupCommands, parseTime, type Command } from './palette.view.ts'

const command = (id: string, title: string, extra: Partial<Command> = {}): Command => ({ id, group: 'Time', title, run: () => {}, ...extra })
const commands = [command('a', 'Play or pause'), command('b', 'Why is web-zx4kd Pending', { group: 'Pods', isObject: true, note: 'default' }), command('c', 'Next pane', { group: 'Go to' }), command('d', 'Show the cluster at', { runAt: () => {} })]

describe('commands are found by words', () => {
  test.each([['', ['a', 'c']], ['pa', ['a', 'c']], ['why zx4', ['b']], ['@', ['b']], ['nothing', []]])('"%s"', (query, ids) => { expect(findCommands(commands, query).map((row) => row.id).sort()).toEqual(ids) })
  test('a time is offered as a place to go', () => { expect(findCommands(commands, ':3:42').map((row) => row.title)).toEqual(['Show the cluster at T+03:42']) })
  test('groups stay together in the order that is seen', () => {
    const found = findCommands([command('1', 'pod one'), command('2', 'pod two', { group: 'Pods' }), command('3', 'pod three')], 'pod')
    expect(groupCommands(found).map((group) => group.items.map((item) => item.index))).toEqual([[0, 1], [2]])
  })
})

test.each([[':90', 90_000], [':3:42', 222_000], [':T+01:02:03', 3_723_000], ['3:42', undefined], [':x', undefined]])('%s is %s ms', (query, ms) => { expect(parseTime(query)).toBe(ms) })
