// Every test begins with an empty page: what a test mounts is taken away when it ends.
import { disableAutoUnmount, enableAutoUnmount } from '@vue/test-utils'
import { afterEach } from 'vitest'

// Files share one page (isolate: false), so this runs once a file in the same module registry.
disableAutoUnmount()
enableAutoUnmount(afterEach)
afterEach(() => {
  document.body.innerHTML = ''
})
