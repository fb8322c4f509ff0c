"""The one mind: decides who is offered what, and when; knows no switch, socket or database."""
