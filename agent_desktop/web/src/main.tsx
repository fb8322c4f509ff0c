import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/work.css";
import "./styles/empty.css";
import "./styles/conversation.css";
import "./styles/calls.css";
import "./styles/written.css";
import "./styles/customer.css";
import "./styles/board.css";
import "./styles/emergency.css";
import "./styles/line.css";
import "./styles/why.css";
import "./styles/wall.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { theme } from "./theme";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

createRoot(root).render(
  <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
    <Notifications position="bottom-center" limit={4} zIndex={1000} />
    <App />
  </MantineProvider>,
);
