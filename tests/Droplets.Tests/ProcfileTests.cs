using Granary.Core.Droplets;

namespace Granary.Droplets.Tests;

public sealed class ProcfileTests
{
    public static TheoryData<string, string> Bad => new()
    {
        { "web serve", "Procfile line 1: expected \"type: command\"" },
        { "\n# x\nweb serve", "Procfile line 3: expected \"type: command\"" },
        { "web:", "Procfile line 1: process type web has no command" },
        { "web:   ", "Procfile line 1: process type web has no command" },
        { ": serve", "Procfile line 1: a process type is 1 to 64 letters, digits, \"_\" or \"-\"" },
        { "we b: serve", "Procfile line 1: a process type is 1 to 64 letters, digits, \"_\" or \"-\"" },
        { "wéb: serve", "Procfile line 1: a process type is 1 to 64 letters, digits, \"_\" or \"-\"" },
        { new string('t', 65) + ": serve", "Procfile line 1: a process type is 1 to 64 letters, digits, \"_\" or \"-\"" },
        { "web: a\n\nweb: b", "Procfile line 3: process type web was given on line 1 already" },
        { "web: " + new string('c', 4097), "Procfile line 1: the command of process type web is longer than 4096 characters" },
        { "web: a\0b", "Procfile line 1: the command of process type web has a control character" },
    };

    [Fact]
    public void Types_and_commands_are_read_and_the_rest_is_ignored()
    {
        const string Text = "# what runs\r\n\r\nweb:  busybox httpd -f -p 8080  \r\n  # indented\ntask:tasks/sample-task.sh\nWeb_2-x: echo \"a: b\" # kept\t!";

        var procfile = Procfile.Parse(Text);

        Assert.Empty(procfile.Faults);
        Assert.Equal(
            [new("Web_2-x", "echo \"a: b\" # kept\t!"), new("task", "tasks/sample-task.sh"), new("web", "busybox httpd -f -p 8080")],
            procfile.ProcessTypes.ToArray());
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_fault_is_told_with_its_line(string text, string fault)
    {
        var procfile = Procfile.Parse(text);

        Assert.Equal(fault, Assert.Single(procfile.Faults));
        Assert.Empty(procfile.ProcessTypes);
    }

    [Fact]
    public void All_faults_come_in_one_answer()
    {
        var procfile = Procfile.Parse("web\nok: fine\n?: x\nok: again\nno:");

        Assert.Equal([1, 3, 4, 5], procfile.Faults.Select(each => each["Procfile line ".Length] - '0'));
    }

    [Theory]
    [InlineData(64, 0)]
    [InlineData(65, 1)]
    [InlineData(1000, 1)]
    public void There_are_at_most_64_types(int types, int faults)
    {
        var procfile = Procfile.Parse(string.Join('\n', Enumerable.Range(0, types).Select(each => $"t{each}: x")));

        Assert.Equal(faults, procfile.Faults.Length);
        Assert.Equal(faults == 0 ? types : 0, procfile.ProcessTypes.Count);
    }

    [Fact]
    public void The_longest_type_and_command_are_taken()
    {
        var procfile = Procfile.Parse($"{new string('t', 64)}: {new string('c', 4096)}");

        Assert.Empty(procfile.Faults);
        Assert.Single(procfile.ProcessTypes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n# nothing\n")]
    public void An_empty_Procfile_names_nothing(string text)
    {
        var procfile = Procfile.Parse(text);

        Assert.Empty(procfile.Faults);
        Assert.Empty(procfile.ProcessTypes);
    }
}
