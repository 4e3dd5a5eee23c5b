import { type Console, page } from "../app-env.tsx";
import { Card } from "../components/boxes.tsx";
import { Empty } from "../components/text.tsx";

export function register(pages: Console): void {
  pages.get("/", (c) =>
    page(c, {
      title: "Overview",
      section: "/console",
      children: (
        <Card>
          <Empty title="Nothing has been sent yet">
            Send a first push with the command that npm start prints.
          </Empty>
        </Card>
      ),
    }),
  );
}
