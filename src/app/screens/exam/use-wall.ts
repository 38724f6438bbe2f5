import { useEffect, useState } from 'react'

/** The wall clock of the person, once a second. Exam time is theirs, not the cluster's. */
export function useWall(): number {
  const [wallMs, setWallMs] = useState(() => Date.now())
  useEffect(() => { const timer = setInterval(() => setWallMs(Date.now()), 1000); return () => clearInterval(timer) }, [])
  return wallMs
}
