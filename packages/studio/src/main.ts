import { mount } from 'svelte';
import App from './App.svelte';
import { lens } from './lib/state/lens.svelte.ts';
import './styles/tokens.css';
import './styles/base.css';

// for whoever measures: how long the last looks through the lens took, in milliseconds
Object.assign(globalThis, { portolan: { timings: lens.timings } });

mount(App, { target: document.getElementById('app')! });
