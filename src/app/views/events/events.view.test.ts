import { expect, test } from 'vitest'
import { fakeEvents } from '../../testing/fake-data.ts'
import { toEventLines } from './events.view.ts'

test('events stand newest first, with count and object', () => { expect(toEventLines(fakeEvents).map((line) => [line.at, line.reason, line.count, line.object])).toEqual([['T+03:40', 'Unhealthy', '×22', 'pod/mock-inference-6d9c7f5b8d-k2xvq'], ['T+03:34', 'Started', '', 'pod/mock-inference-7b54d9f6c9-hxq2m'], ['T+03:22', 'ScalingReplicaSet', '', 'deployment/mock-inference']]) })
