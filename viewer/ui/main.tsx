import { createRoot } from 'react-dom/client';
import { App } from './app';
import './style/tokens.css';
import './style/rr.css';
import './style/app.css';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
