import { describe, expect, it } from 'vitest'
import ash from './testdata/ash.json' with { type: 'json' }
import awk from './testdata/awk.json' with { type: 'json' }
import bash from './testdata/bash.json' with { type: 'json' }
import busyboxTools from './testdata/busybox-tools.json' with { type: 'json' }
import jq from './testdata/jq.json' with { type: 'json' }
import tools from './testdata/tools.json' with { type: 'json' }
import { runScript } from './testing.ts'

/** Recorded from GNU bash 5.2, coreutils 9.1, gawk 5.2, jq 1.6 and BusyBox 1.35 in a directory with these files; line numbers of -c are cut. */
const files = { '/tmp/w/a.txt': 'apple 3\nbanana 1\ncherry 2\n', '/tmp/w/d/f1.txt': 'one\ntwo\nthree\n' }

const recorded = [
  { name: 'scripts run as in bash', rows: bash, dialect: 'bash' },
  { name: 'scripts run as in busybox ash', rows: ash, dialect: 'ash' },
  { name: 'text and file tools print what GNU tools print', rows: tools, dialect: 'bash' },
  { name: 'applets print what busybox prints', rows: busyboxTools, dialect: 'ash' },
  { name: 'awk programs print what gawk prints', rows: awk, dialect: 'bash' },
  { name: 'jq filters print what jq prints', rows: jq, dialect: 'bash' },
] as const

describe.each(recorded)('$name', ({ rows, dialect }) => {
  it.each(rows)('$script', ({ script, out, err, code }) => {
    const result = runScript(script, files, { dialect, shellName: dialect === 'ash' ? 'sh' : 'bash', cwd: '/tmp/w', env: { HOME: '/tmp/w', PATH: '/usr/bin' }, input: '' })
    expect({ out: result.out, err: result.err, code: result.code }).toEqual({ out, err, code })
  })
})

describe('time and limits', () => {
  const cases = [
    { name: 'sleep moves simulated time by its seconds', script: 'sleep 90; echo done', want: { out: 'done\n', err: '', code: 0, nowMs: 90_000 } },
    { name: 'commands of a pipeline run side by side', script: '(sleep 2; echo a) | (sleep 3; cat)', want: { out: 'a\n', err: '', code: 0, nowMs: 3000 } },
    { name: 'a background job runs beside the script until wait', script: 'sleep 5 & sleep 2; wait; echo $?', want: { out: '0\n', err: '', code: 0, nowMs: 5000 } },
    { name: 'timeout ends a command at its deadline', script: 'timeout 3 sleep 10; echo $?', want: { out: '124\n', err: '', code: 0, nowMs: 3000 } },
    { name: 'a signal cuts wait short and runs the trap', script: "trap 'echo got TERM; exit 7' TERM; (sleep 4; kill -TERM $$) & sleep 1000 & wait", want: { out: 'got TERM\n', err: '', code: 7, nowMs: 4000 } },
    { name: 'a trap waits for the command in the foreground', script: "trap 'echo late; exit 7' TERM; (sleep 1; kill -TERM $$) & sleep 5", want: { out: 'late\n', err: '', code: 7, nowMs: 5000 } },
  ]
  it.each(cases)('$name', ({ script, want }) => {
    expect(runScript(script)).toEqual(want)
  })

  it('an endless loop is ended with an error', () => {
    expect(runScript('while :; do :; done').err).toBe('bash: stopped after 200000 steps in which no time passed (an endless loop?)\n')
  })

  it('a function that calls itself for ever is ended', () => {
    const { err, code } = runScript('f() { f; }; f')
    expect({ err, code }).toEqual({ err: 'bash: maximum function nesting level exceeded\n', code: 2 })
  })

  it('a pattern of nested repetitions is matched in linear time', () => {
    expect(runScript(`printf '%0.sa' $(seq 5000) > f; echo b >> f; grep -cE '(a+)+$' f; echo $?`).out).toBe('0\n1\n')
  })

  it('a jq program without end is stopped', () => {
    expect(runScript(`jq -n '[range(0; infinite)] | length'`).code).toBe(5)
  })

  it('an awk loop without end is stopped', () => {
    expect(runScript(`awk 'BEGIN { while (1) x++ }'`)).toMatchObject({ err: 'awk: stopped after 5000000 steps (an endless loop?)\n', code: 2 })
  })
})
