import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['simulator/**/*.test.ts', 'src/**/*.test.ts', 'test/{tidy,conformance,properties,content}/**/*.test.ts'],
        },
      },
    ],
  },
})
