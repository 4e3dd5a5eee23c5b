export { IS_MATCH, MATCH_ID } from "../dispatch/occasion-keys.ts";
