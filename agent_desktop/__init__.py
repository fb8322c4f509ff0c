"""What agents, supervisors and administrators see and press: API, WebSocket gateway, sign-in, rights, web app."""
