/** Cuts a name in two: the head may be shortened, the tail (last dash group, at most `keep` characters more or less) always stays. */
export function splitName(name: string, keep = 6): { readonly head: string; readonly tail: string } {
  if (name.length <= keep + 2) return { head: '', tail: name }
  const dash = name.lastIndexOf('-')
  const at = dash > 0 && name.length - dash <= keep + 2 ? dash : name.length - keep
  return { head: name.slice(0, at), tail: name.slice(at) }
}

/** The name with its middle left out: `kube-apis…-plane`. Never longer than `charsMax`. */
export function cutName(name: string, charsMax: number): string {
  if (name.length <= charsMax) return name
  const { tail } = splitName(name)
  const end = tail.length < charsMax - 1 ? tail : tail.slice(-(charsMax - 1))
  return `${name.slice(0, charsMax - 1 - end.length)}…${end}`
}
