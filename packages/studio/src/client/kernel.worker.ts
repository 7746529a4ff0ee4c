/** A thread of the kernels: it waits in shared memory for work, and ends with the workspace that started it. */
import { serveKernels } from '@portolan/core/kernels';
import type { ThreadScope } from '@portolan/core/kernels';

serveKernels(globalThis as unknown as ThreadScope);
