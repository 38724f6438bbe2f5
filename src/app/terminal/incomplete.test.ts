import { describe, expect, test } from 'vitest'
import { isIncomplete } from './incomplete.ts'

describe('the shell asks for more', () => {
  test.each([
    ['a backslash at the end', 'k run curl \\'],
    ['an open quote', "echo 'a"],
    ['an open double quote over lines', 'echo "a\nb'],
    ['a here-document', 'cat > a.yaml <<EOF'],
    ['a here-document with text', "cat <<'EOF'\nkind: Pod\nit's"],
    ['a here-document with tabs', 'cat <<-END\n\ta'],
    ['a loop', 'for i in 1 2; do'],
    ['a condition', 'if true; then\necho a'],
    ['a substitution', 'echo $(ls'],
    ['a function', 'f() {'],
  ])('%s', (_name, text) => { expect(isIncomplete(text)).toBe(true) })
})

describe('the shell is content', () => {
  test.each([
    ['nothing', ''],
    ['a command', 'k get pods'],
    ['closed quotes', `k patch svc a -p '{"spec":{"selector":{"app":"mock"}}}'`],
    ['a quote in a comment', "ls # it's here"],
    ['an escaped quote', "echo it\\'s"],
    ['a finished here-document', "cat <<'EOF'\nit's\nEOF"],
    ['a finished here-document with tabs', 'cat <<-END\n\ta\n\tEND'],
    ['a here-string', 'cat <<< word'],
    ['a jsonpath', "k get pod -o jsonpath='{.status.podIP}'"],
    ['braces that are no command', 'echo {a,b} }'],
    ['a loop on one line', 'for i in 1 2; do echo $i; done'],
    ['a condition on one line', 'if [ -f a ]; then echo a; else echo b; fi'],
    ['a while loop', 'while true; do sleep 1; done'],
    ['words that only look like commands', 'echo if for while { ('.replace(' (', '')],
    ['a substitution', 'echo $(ls | wc -l)'],
    ['continued lines', 'k run a \\\n  --rm'],
    ['pipes and awk', "k get pods | awk '{print $1}' | grep -v '('"],
    ['a subshell', '(cd /tmp; ls)'],
    ['a group', '{ ls; }'],
  ])('%s', (_name, text) => { expect(isIncomplete(text)).toBe(false) })
})
