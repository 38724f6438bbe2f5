import { describe, expect, it } from 'vitest'
import { expandHistory, needsMore, splitScript } from './lines.ts'

describe('needsMore', () => {
  const cases = [
    { text: 'echo hi', want: false },
    { text: 'echo "open', want: true },
    { text: "echo 'open", want: true },
    { text: 'kubectl get pods |', want: true },
    { text: 'true &&', want: true },
    { text: 'kubectl run x \\', want: true },
    { text: 'echo back\\\\', want: false },
    { text: 'cat <<EOF', want: true },
    { text: 'cat <<EOF\na: b', want: true },
    { text: 'cat <<EOF\na: b\nEOF', want: false },
    { text: 'for i in 1 2', want: true },
    { text: 'for i in 1 2; do echo $i; done', want: false },
    { text: 'if true; then', want: true },
    { text: 'f() {', want: true },
    { text: 'echo $(date', want: true },
    { text: 'echo )', want: false },
  ]
  it.each(cases)('$text', ({ text, want }) => {
    expect(needsMore(text)).toBe(want)
  })
})

describe('splitScript', () => {
  it('keeps here-documents and loops together and drops blank lines and comments', () => {
    const script = '# title\nalias k=kubectl\n\ncat > f <<E\na\n# b\nE\nfor i in 1; do\n  echo $i\ndone\nk get \\\n  pods\n'
    expect(splitScript(script)).toEqual([
      { text: 'alias k=kubectl', line: 2 },
      { text: 'cat > f <<E\na\n# b\nE', line: 4 },
      { text: 'for i in 1; do\n  echo $i\ndone', line: 8 },
      { text: 'k get \\\n  pods', line: 11 },
    ])
  })

  it('gives what never ends as one command', () => {
    expect(splitScript('echo a\necho "b\necho c')).toEqual([{ text: 'echo a', line: 1 }, { text: 'echo "b\necho c', line: 2 }])
  })
})

describe('expandHistory', () => {
  const history = ['echo a', 'kubectl get pods', 'echo b']
  const cases = [
    { line: '!! | wc', want: { text: 'echo b | wc' } },
    { line: '!2', want: { text: 'kubectl get pods' } },
    { line: '!-3', want: { text: 'echo a' } },
    { line: '!kub -A', want: { text: 'kubectl get pods -A' } },
    { line: '! false', want: { text: '! false' } },
    { line: '!zzz', want: { error: 'bash: !zzz: event not found\n' } },
  ]
  it.each(cases)('$line', ({ line, want }) => {
    expect(expandHistory(line, history)).toEqual(want)
  })
})
