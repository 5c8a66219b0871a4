namespace Granary.Cli.Simulate;

/// <summary>One line on a person's terminal that is written over and over; nothing where nobody looks.</summary>
internal static class Progress
{
    private static int width;

    public static void Show(string text)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write($"\r{text.PadRight(width)}");
            width = text.Length;
        }
    }

    public static void Clear()
    {
        if (width > 0)
        {
            Console.Error.Write($"\r{new string(' ', width)}\r");
            width = 0;
        }
    }
}
