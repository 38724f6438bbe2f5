import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { bans, violations } from './bans.ts'
import { layers, mayImport } from './layers.ts'
import { ownImports, readSources } from './sources.ts'
import type { SourceFile } from './sources.ts'

const files = readSources()
const production = files.filter((file) => !file.isTest)
const ratchetPath = 'test/tidy/ratchet.json'
const fileLinesMax = 400
const functionLinesMax = 60

/** Counts that may fall and never rise. */
interface Ratchet { longFiles: number; longFunctions: number; undocumentedExports: number; importCycles: number }

function parse(file: SourceFile): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true, file.path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS)
}

const trees = new Map(production.map((file) => [file.path, parse(file)]))

function longFunctions(): string[] {
  const found: string[] = []
  for (const [path, tree] of trees) {
    const visit = (node: ts.Node): void => {
      if ((ts.isFunctionLike(node) && 'body' in node && node.body !== undefined)) {
        const start = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line
        const end = tree.getLineAndCharacterOfPosition(node.end).line
        if (end - start + 1 > functionLinesMax) found.push(`${path}:${start + 1}: ${end - start + 1} lines`)
      }
      ts.forEachChild(node, visit)
    }
    visit(tree)
  }
  return found
}

function undocumentedExports(): string[] {
  const found: string[] = []
  for (const [path, tree] of trees) {
    if (path.endsWith('.tsx') || path.startsWith('src/app/')) continue
    for (const statement of tree.statements) {
      const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) === true
      const counts = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)
      if (!isExported || !counts) continue
      const documented = ts.getJSDocCommentsAndTags(statement).length > 0
      if (!documented) found.push(`${path}: ${(statement as { name?: ts.Identifier }).name?.text ?? '?'}`)
    }
  }
  return found
}

function cycles(): string[][] {
  const graph = new Map<string, string[]>()
  for (const { from, to, isType } of ownImports(production)) if (!isType) graph.set(from, [...(graph.get(from) ?? []), to])
  const found: string[][] = []
  const state = new Map<string, 'open' | 'done'>()
  const stack: string[] = []
  const visit = (path: string): void => {
    state.set(path, 'open')
    stack.push(path)
    for (const next of graph.get(path) ?? []) {
      if (state.get(next) === 'open') found.push([...stack.slice(stack.indexOf(next)), next])
      else if (state.get(next) === undefined) visit(next)
    }
    stack.pop()
    state.set(path, 'done')
  }
  for (const path of graph.keys()) if (state.get(path) === undefined) visit(path)
  return found
}

describe('the nets', () => {
  it('read the whole house', () => {
    expect(production.length).toBeGreaterThan(300)
    expect(new Set(production.map((file) => file.room)).size).toBeGreaterThan(12)
  })

  it.each(bans)('catch a planted line: $planted', (ban) => {
    expect(violations(ban, [ban.planted])).toEqual([1])
  })

  it('catch a planted wrong-way import', () => {
    expect(mayImport('simulator/kernel', 'simulator/api/types.ts', 'simulator/api')).toBe(false)
    expect(mayImport('simulator/kubelet', 'simulator/scheduler/queue.ts', 'simulator/scheduler')).toBe(false)
    expect(mayImport('simulator/store', 'simulator/kernel/table.ts', 'simulator/kernel')).toBe(true)
  })
})

describe('the house', () => {
  it('has no banned code', () => {
    const found = bans.flatMap((ban) =>
      production
        .filter((file) => ban.rooms.some((room) => file.path.startsWith(room)))
        .flatMap((file) => violations(ban, file.lines).map((line) => `${file.path}:${line}: error: ${ban.pattern.source} is banned, use ${ban.use}`)),
    )
    expect(found).toEqual([])
  })

  it('imports one way', () => {
    const wrong = ownImports(production).filter(({ from, to }) => {
      const room = production.find((file) => file.path === from)?.room ?? ''
      const target = production.find((file) => file.path === to)
      return target !== undefined && !mayImport(room, to, target.room)
    })
    expect(wrong.map(({ from, to, line }) => `${from}:${line}: error: must not import ${to}`)).toEqual([])
  })

  it('has no room that the table does not name', () => {
    const rooms = readdirSync('simulator').filter((name) => statSync(`simulator/${name}`).isDirectory())
    expect(rooms.filter((room) => layers[`simulator/${room}`] === undefined)).toEqual([])
  })

  it('has a folder for each registry line and a line for each folder', () => {
    const registries = [
      { registry: 'simulator/scheduler/registry.ts', folder: 'simulator/scheduler/plugins' },
      { registry: 'simulator/controllers/registry.ts', folder: 'simulator/controllers', file: 'controller.ts' },
    ]
    for (const { registry, folder, file = 'plugin.ts' } of registries) {
      const text = readFileSync(registry, 'utf8')
      const folders = readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/${file}`))
      expect(folders.filter((name) => !text.includes(`/${name}/`)), `${registry} lacks a line`).toEqual([])
    }
    const verbs = readdirSync('simulator/kubectl/verbs').filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'registry.ts')
    const verbText = files.filter((file) => file.path.startsWith('simulator/kubectl/')).map((file) => file.text).join('\n')
    expect(verbs.filter((name) => !verbText.includes(`/${name}'`))).toEqual([])
  })

  it('turns the ratchet one way only', () => {
    const now: Ratchet = {
      longFiles: production.filter((file) => file.lines.length > fileLinesMax).length,
      longFunctions: longFunctions().length,
      undocumentedExports: undocumentedExports().length,
      importCycles: cycles().length,
    }
    if (process.env['TIDY_RATCHET'] === 'write') writeFileSync(ratchetPath, `${JSON.stringify(now, null, 2)}\n`)
    const allowed = JSON.parse(readFileSync(ratchetPath, 'utf8')) as Ratchet
    const details = [...production.filter((file) => file.lines.length > fileLinesMax).map((file) => `${file.path}: ${file.lines.length} lines`), ...longFunctions(), ...undocumentedExports(), ...cycles().map((cycle) => cycle.join(' -> '))]
    for (const name of Object.keys(now) as (keyof Ratchet)[]) {
      expect(now[name], `${name} rose; see\n${details.join('\n')}`).toBeLessThanOrEqual(allowed[name])
    }
  })
})
