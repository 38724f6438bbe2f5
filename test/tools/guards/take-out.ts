/** Takes the body out of one function of a source text. */

import ts from 'typescript'

/** Where the body of an exported function begins, behind its brace; undefined when there is no such function. */
export function bodyOf(text: string, name: string): number | undefined {
  const tree = ts.createSourceFile('guard.ts', text, ts.ScriptTarget.ES2023, true)
  const found = tree.statements.find((statement) => ts.isFunctionDeclaration(statement) && statement.name?.text === name) as ts.FunctionDeclaration | undefined
  return found?.body === undefined ? undefined : found.body.getStart(tree) + 1
}

/** The source with a function that does only what it does when it is taken out. */
export function takeOut(text: string, name: string, without: string): string {
  const at = bodyOf(text, name)
  return at === undefined ? text : `${text.slice(0, at)} if (true as boolean) { ${without} }${text.slice(at)}`
}
