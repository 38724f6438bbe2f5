/** Ids of Event rows by the uid of the object that they regard, as chains from the newest to the oldest. Ids begin at 1. */
export class EventChains {
  private readonly newest = new Map<string, number>()
  private readonly previous: number[] = [0]

  /** The object that was asked for last, and its newest row: Events of one object come in groups. */
  private lastUid = ''
  private lastNewest = 0

  /** The id of the newest row of an object; 0 when it has none. */
  newestOf(uid: string): number {
    if (uid !== this.lastUid) {
      this.lastNewest = this.newest.get(uid) ?? 0
      this.lastUid = uid
    }
    return this.lastNewest
  }

  /** The id of the row before one of the same object; 0 when it is the oldest. */
  before(id: number): number {
    return this.previous[id]
  }

  /** Adds a row that is newer than all others. @param last what `newestOf` gives for its object */
  add(uid: string, id: number, last: number): void {
    // No holes: the list stays a plain array of numbers.
    while (this.previous.length < id) this.previous.push(0)
    this.previous[id] = last
    this.newest.set(uid, id)
    this.lastUid = uid
    this.lastNewest = id
  }
}
