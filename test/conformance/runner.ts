/** The contract between `npm run conform` and the areas: how one recorded row becomes a verdict. */

/** Any JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }

/** The verdict on one case. `expected` and `actual` are printed when it fails. */
export interface CaseResult {
  name: string
  ok: boolean
  expected?: unknown
  actual?: unknown
  note?: string
}

/** One row of a corpus file, parsed. */
export type Row = { [key: string]: JsonValue }

/** Runs one row of a file. A row may hold several cases. `path` is where the file lies. */
export type RowRunner = (row: Row, fileName: string, path?: string) => CaseResult | CaseResult[]

/** An area of the corpus. `files` maps a file's base name (or its beginning) to what runs its rows. */
export interface AreaRunner {
  area: string
  files: Record<string, RowRunner>
}
