/** The one connection of this page, woken by what only the browser knows. */
import { Connection } from '../../domain/connection';
import { httpServer } from './http-server';

export const connection = new Connection(() => httpServer.session());

addEventListener('online', () => void connection.retry());
// Somebody may have logged in, or the cable been put back, while this window was not looked at.
addEventListener('focus', () => void connection.retry());
