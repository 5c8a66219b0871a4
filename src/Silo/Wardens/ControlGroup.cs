namespace Granary.Silo.Wardens;

/// <summary>A control group as the folder by which the kernel shows it. Any may vanish at any moment: then it has no processes and no children.</summary>
internal readonly record struct ControlGroup(string Path)
{
    /// <summary>The group was removed while a file of it was open (ENODEV).</summary>
    private const int NoSuchDevice = 19;

    /// <summary>A group of threads only: its processes are listed by the group above it (EOPNOTSUPP).</summary>
    private const int NotSupported = 95;

    public bool Exists => Directory.Exists(Path);

    public IEnumerable<ControlGroup> Children()
    {
        try
        {
            return Directory.GetDirectories(Path).Select(each => new ControlGroup(each));
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The live processes in this group alone. The kernel does not list what has ended and awaits its parent.</summary>
    public IEnumerable<int> Processes() => Read("cgroup.procs") is { } lines
        ? lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).Where(pid => pid > 0)
        : [];

    /// <summary>Those of the groups below too.</summary>
    public IEnumerable<int> AllProcesses() => Processes().Concat(Children().SelectMany(each => each.AllProcesses()));

    /// <summary>Null if the group is gone or has no such file.</summary>
    public string? Read(string file)
    {
        try
        {
            return File.ReadAllText(PathOf(file));
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: NoSuchDevice or NotSupported })
        {
            return null;
        }
    }

    /// <summary>False if the group is gone or has no such file.</summary>
    public bool Write(string file, string value)
    {
        try
        {
            // Without a buffer, since the kernel takes one write as one order; shared, since others write here as well.
            using var stream = new FileStream(PathOf(file), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(value));
            return true;
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: NoSuchDevice })
        {
            return false;
        }
    }

    /// <exception cref="IOException">It has processes or children.</exception>
    public void Remove()
    {
        if (Exists)
        {
            Directory.Delete(Path);
        }
    }

    private string PathOf(string file) => System.IO.Path.Combine(Path, file);
}
