import { compareShare } from './share.js';

compareShare(0, 400);
