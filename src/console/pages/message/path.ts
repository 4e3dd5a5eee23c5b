import { printId } from "../../../lib/ids.ts";

/** The page of a message. @param id its UUID */
export const messagePath = (id: string): string => `/console/messages/${printId("dsp", id)}`;
