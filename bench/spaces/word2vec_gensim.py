"""word2vec by gensim: word2vec_gensim.py TEXT OUT OPTIONS, the options as JSON in Portolan's names."""
import json
import sys
import time

import numpy as np
from gensim.models import Word2Vec

text, out, options = sys.argv[1:]
o = json.loads(options)
with open(text, encoding='utf-8') as file:
    sentences = [line.split() for line in file]
model = Word2Vec(
    vector_size=o['latentDim'],
    window=o['window'],
    negative=o['negative'],
    min_count=5,
    sample=o['subsample'],
    alpha=o['learningRate'],
    min_alpha=o['learningRate'] / 250,
    sg=0 if o['cbow'] else 1,
    seed=o['seed'] + 1,
    workers=o.get('threads', 1),
)
model.build_vocab(sentences)
begin, cpu = time.perf_counter(), time.process_time()
model.train(sentences, total_examples=model.corpus_count, epochs=o['epochs'])
seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - cpu
words = model.wv.index_to_key
tokens = o['epochs'] * sum(model.wv.get_vecattr(word, 'count') for word in words)
np.save(out + '.npy', model.wv.vectors)
with open(out + '.words', 'w', encoding='utf-8') as file:
    file.write('\n'.join(words))
print(json.dumps({'tokens': int(tokens), 'seconds': seconds, 'cpuSeconds': cpu_seconds}))
