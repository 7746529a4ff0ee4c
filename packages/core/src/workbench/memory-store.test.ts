import { memoryStore } from './memory-store.ts';
import { checkStore } from './store-contract.fixture.ts';

checkStore('the store in memory', () => {
  const store = memoryStore();
  return Promise.resolve({ store, again: () => store });
});
