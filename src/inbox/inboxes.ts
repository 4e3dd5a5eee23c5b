/** A secret that opens one live connection to one inbox. It is valid for a minute. */
export interface Ticket {
  ticket: string;
  /** Epoch ms. */
  expiresAt: number;
}

/** The live side of all inboxes. */
export interface Inboxes {
  /** Says that the inbox may have changed. Its Durable Object then reads the database, if a client is connected. */
  notify(userId: string): Promise<void>;
  /** A ticket for a connection of this user. */
  issueTicket(userId: string): Promise<Ticket>;
  /**
   * Opens a connection. A ticket works once.
   * @param after the client's cursor: it gets later changes. Null: only changes from now on
   * @returns the connection, or why there is none: the ticket is not valid, or too many closed connections still linger
   */
  connect(ticket: string, after: number | null): Promise<WebSocket | "unknown_ticket" | "too_many">;
  /** Closes every connection of the user, and deletes the tickets. */
  erase(userId: string): Promise<void>;
}
