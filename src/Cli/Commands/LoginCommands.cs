using System.CommandLine;
using System.Text;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary>For servers that ask for tokens: the other commands then use the login, and refresh it.</summary>
internal static class LoginCommand
{
    public static Command Create()
    {
        var user = new Option<string>("--user", "-u") { Description = "The user's name. Default: it is asked for.", HelpName = "USER" };
        var file = new Option<string>("--password-file") { Description = "A file with the password. Default: it is asked for, or read from standard input.", HelpName = "FILE" };
        var command = new Command("login", "Logs in at a server that asks for tokens; other commands use the login until 'granary logout'.") { user, file };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var name = parsed.GetValue(user) ?? Ask("User: ", isSecret: false);
            var password = parsed.GetValue(file) is { } path ? Read(path) : Ask("Password: ", isSecret: true);
            await session.Api.Login(name, password, cancellation);
            Terminal.Note($"Logged in at {session.Api.Address.GetLeftPart(UriPartial.Authority)} as {Shown.Harmless(name)}.");
        });
        return command;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FailureException($"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>A line of standard input; what is typed at a terminal as a secret is not shown.</summary>
    private static string Ask(string question, bool isSecret)
    {
        if (Console.IsInputRedirected)
        {
            return Console.In.ReadLine() ?? throw new FailureException("Standard input has ended: give the name with --user and the password with --password-file.", isUsage: true);
        }

        Console.Error.Write(question);
        if (!isSecret)
        {
            return Console.ReadLine() ?? "";
        }

        var typed = new StringBuilder();
        for (ConsoleKeyInfo key; (key = Console.ReadKey(intercept: true)).Key != ConsoleKey.Enter;)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}

internal static class LogoutCommand
{
    public static Command Create()
    {
        var command = new Command("logout", "Forgets the login at a server.");
        Session.Act(command, (_, session, _) =>
        {
            Logins.Keep(session.Api.Address, null);
            return Task.CompletedTask;
        });
        return command;
    }
}
