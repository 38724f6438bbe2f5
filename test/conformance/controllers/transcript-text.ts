/** How outputs of kubectl are made comparable: what differs from run to run is masked, as the recording did. */

const age = String.raw`(?:\d+(?:ms|y|d|h|m|s))+`
const ageColumns = ['AGE', 'LAST SEEN', 'FIRST SEEN', 'DURATION', 'LAST SCHEDULE', 'RESTARTS', 'Age']

/** Ages, times, uids and versions inside of a text. */
function maskValues(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, '<time>')
    .replace(/(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>')
    .replace(/kube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-xxxxx')
    .replace(/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gm, '$1<klog> ')
    .replace(/resourceVersion: "\d+"/g, 'resourceVersion: "<rv>"')
    .replace(/"resourceVersion":( ?)"\d+"/g, '"resourceVersion":$1"<rv>"')
}

function maskAge(cell: string): string {
  return cell
    .replace(new RegExp(String.raw`\(x(\d+) over ${age}\)`, 'g'), '(x$1 over <age>)')
    .replace(new RegExp(String.raw`\(${age} ago\)`, 'g'), '(<age> ago)')
    .replace(new RegExp(String.raw`^${age}(?= |$)`), '<age>')
}

/** Rewrites one column of the table that begins at a line; it gets the width that its masked cells need. */
function maskColumn(lines: string[], top: number, column: string, match: RegExpExecArray): void {
  const header = lines[top]!
  const start = match.index
  const end = match.index + match[0].length
  const rest = header.slice(end)
  const isLast = rest.trim() === ''
  const next = isLast ? undefined : end + rest.length - rest.trimStart().length
  const rows: number[] = []
  for (let at = top; at < lines.length && lines[at]!.trim() !== '' && (at === top || column !== 'Age' || !/^\S[^:]*:(\s|$)/.test(lines[at]!)); at++) rows.push(at)
  const cells = rows.map((row) => maskAge(lines[row]!.slice(start, next).trimEnd()))
  const [gap, low] = column === 'Age' ? [2, 0] : [3, 6]
  const width = Math.max(low, Math.max(...cells.map((cell) => cell.length)) + gap)
  rows.forEach((row, index) => {
    const line = lines[row]!
    if (line.length >= start) lines[row] = line.slice(0, start) + (next === undefined ? cells[index]! : cells[index]!.padEnd(width) + line.slice(next))
  })
}

/** Masks the ages in tables. */
export function maskTables(text: string): string {
  const lines = text.split('\n')
  for (let index = 0; index < lines.length; index++) {
    for (const column of ageColumns) {
      const line = lines[index]!
      const match = new RegExp(String.raw`(?:^|(?<=\s\s))${column}(?=\s\s|\s*$)`).exec(line)
      if (match === null || !/^\s*[A-Z]/.test(line) || (column === 'Age' && line.trim().startsWith('Age:'))) continue
      maskColumn(lines, index, column, match)
    }
  }
  return lines.join('\n')
}

/** The form in which outputs were recorded. */
export function recordedForm(text: string, rename: (text: string) => string, folder: string): string {
  return maskTables(rename(maskValues(text)))
    .replace(new RegExp(String.raw`^(Duration:\s+)${age}$`, 'gm'), '$1<age>')
    .replace(/\b10\.96\.(?!0\.)\d+\.\d+/g, '<ip>')
    .replace(/(?<=\d:)3[012]\d{3}(?=\/TCP)/g, '<nodeport>')
    .replace(/(nodePort"?: |NodePort:.* {2})3[012]\d{3}/g, '$1<nodeport>')
    .replace(/kubectl-edit-\d+\.yaml/g, 'kubectl-edit-<n>.yaml')
    .replace(/\/tmp\/(LIVE|MERGED)-\d+/g, '<tmp>/$1')
    .replace(/^((?:---|\+\+\+) <tmp>\/\S+)\s.*$/gm, '$1 <time>')
    .replace(/"\/tmp\/kubectl-edit/g, '"<tmp>/kubectl-edit')
    .replace(/resource version: \d+|resourceVersion=\d+/g, 'resourceVersion=<rv>')
    .replaceAll(`${folder}/`, './')
}

/** What no run can know: which generated name, node, address or moment it was; and the order that follows from it. */
export function looseForm(text: string, run: string): string {
  let loose = text
    .replace(/\(x\d+ over <age>\)/g, '(x? over <age>)').replace(/<ag\s+e>/g, '<age>').replace(/\bp\d{4}\b/g, 'p????').replace(/10\.244\.\d+\.\d+/g, '<pod ip>').replace(/\bn[12]\b/g, '<node>').replace(/node-debugger-<node>-[a-z0-9]{5}|debugger-[a-z0-9]{5}/g, 'debugger-?????')
    .replace(/(an error on the server|Printing more information)[\s\S]*/, '$1').replace(/(may be negative|may not change fields other than[^\n]*)[\s\S]*/, '$1')
    .replace(/\b192\.0\.2\.\d+(?::\d+)?\b/g, '<node ip>').replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, '<time>').replace(/lookup (\S+) on \S+/g, 'lookup $1 on <dns>')
  if (run.includes('--no-headers')) loose = loose.replace(new RegExp(String.raw`(?<=\s|^)\(?${age}(?: ago\))?(?=\s|$)`, 'gm'), '<age>')
  return loose.split('\n').map((line) => line.replace(/ {2,}/g, ' ').trim()).sort().join('\n')
}

/** Usage lines, flags and commands of a help text. */
export interface HelpFacts { readonly usage: string[]; readonly flags: { flag: string; default: string }[]; readonly commands: { heading: string; commands: string[] }[] }

/** The facts of a help text. */
export function helpFacts(text: string): HelpFacts {
  const usage: string[] = []
  const flags: { flag: string; default: string }[] = []
  const commands: { heading: string; commands: string[] }[] = []
  let section = ''
  for (const line of text.split('\n')) {
    const heading = /^([A-Z][^\t]*?):$/.exec(line)
    if (heading !== null) {
      section = heading[1]!
      if (section.includes('Commands')) commands.push({ heading: section, commands: [] })
      continue
    }
    const flag = /^ {4}((?:-\w, )?--[\w-]+)=(.*):$/.exec(line)
    if (flag !== null) flags.push({ flag: flag[1]!, default: flag[2]!.replace('<home>/home', '/home') })
    else if (section === 'Usage' && /^ {2}\S/.test(line)) usage.push(line.trim())
    else if (section.includes('Commands') && /^ {2}\S/.test(line)) commands[commands.length - 1]!.commands.push(line.trim().split(/\s+/)[0]!)
  }
  return { usage, flags, commands }
}

/** True for an output that explains a command. */
export function isHelp(text: string): boolean {
  return /^Usage:$/m.test(text) || text.startsWith('The following options can be passed') || /^Available Commands:$/m.test(text)
}

/** The field lines of `kubectl explain`. */
export function fieldLines(text: string): string[] {
  return text.split('\n').map((line) => line.trimEnd()).filter((line) => /^(KIND|VERSION|GROUP|FIELD|DESCRIPTION|FIELDS|ENUM)\b/.test(line) || /^\s+\S+\t</.test(line))
}
