// Users and items in one space, and what to show to somebody who was never seen.
// node examples/recommend.mjs
import { dataGenerators, ratingsRow, recommend, spaceMethods, userCode } from '@portolan/core';
import { nativeRuntime } from 'portolan';

const find = (list, name) => list.find((one) => one.name === name);
const data = await find(dataGenerators, 'ratings').make({ nUsers: 400, nItems: 200, seed: 3 });
const { space, items, metrics } = await find(spaceMethods, 'als').fit(data, { latentDim: 12 }, nativeRuntime());
const { ndcgAt10, ndcgAt10ByPopularity } = metrics.validation;
console.log(
  `NDCG@10 of held-out ratings ${ndcgAt10.toFixed(2)}; the most popular items ${ndcgAt10ByPopularity.toFixed(2)}`,
);

// items whose names begin with the same letter are of one kind
const liked = space.itemNames.filter((name) => name.startsWith('c')).slice(0, 5);
const newcomer = ratingsRow(space, Object.fromEntries(liked.map((name) => [name, 5])));
const [best] = await recommend(space, newcomer, { n: 5 });
console.log(`who liked ${liked.join(', ')} may like ${best.map(({ name }) => name).join(', ')}`);

const scores = await space.decode(userCode(items, 'user 007'));
const top = scores.data.indexOf(Math.max(...scores.data));
console.log(`user 007 is nearest to ${space.itemNames[top]}`);
