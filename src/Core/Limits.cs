namespace Granary.Core;

/// <summary>Every bound of the system that is a rule, with its unit and its reason. What an operator may change is an option of the feature instead.</summary>
public static class Limits
{
    /// <summary>Entries in a story; a state row stays below about 20 kB even with long causes.</summary>
    public const int StoryEntries = 64;

    /// <summary>Entries kept from the beginning of a story: creation and the first attempt explain most questions.</summary>
    public const int StoryHead = 8;

    /// <summary>Characters of one story entry.</summary>
    public const int StoryTextLength = 512;

    /// <summary>Characters of a command (Cloud Foundry, section 1.5).</summary>
    public const int CommandLength = 4096;

    /// <summary>Characters of a name; Cloud Foundry's column is 255 wide.</summary>
    public const int NameLength = 255;

    /// <summary>Characters of a name of a quota or a security group, as in Cloud Foundry.</summary>
    public const int ShortNameLength = 250;

    /// <summary>Characters of an OS user name.</summary>
    public const int UserLength = 255;

    /// <summary>Characters of a guid given by a client.</summary>
    public const int GuidLength = 200;

    /// <summary>Characters of a failure reason (Cloud Foundry's column; Diego cuts at 1,024).</summary>
    public const int FailureReasonLength = 1024;

    /// <summary>Environment variables of an app, and characters of all of them together: they travel with each container's create call.</summary>
    public const int EnvironmentVariables = 1000;

    public const int EnvironmentLength = 128 * 1024;

    /// <summary>Characters of a password of an image registry: keys of accounts, which some registries take for one, have a few thousand.</summary>
    public const int RegistryPasswordLength = 5000;

    /// <summary>Open files of a process, as Cloud Foundry has it.</summary>
    public const int OpenFiles = 16384;

    /// <summary>Labels and annotations of a resource, and their sizes (Cloud Foundry, section 1.8).</summary>
    public const int Labels = 50;

    public const int Annotations = 200;

    public const int LabelPrefixLength = 253;

    public const int LabelNameLength = 63;

    public const int AnnotationValueLength = 5000;

    /// <summary>Sequence ids that a busy app takes at once, so that a submit seldom writes the app's row. An app that begins takes 1, then as many as it gave.</summary>
    public const int SequenceIdBlock = 100;

    /// <summary>Instances of one process: each is a row that is told of every change of its app.</summary>
    public const int InstancesMax = 1000;

    /// <summary>Characters of a buildpack's name, as in Cloud Foundry.</summary>
    public const int BuildpackNameLength = 250;

    /// <summary>Buildpacks of an installation: they are one state, read by each staging.</summary>
    public const int Buildpacks = 200;

    /// <summary>Characters of the rules of one security group: they are part of each task, and of each start of an app, that they hold for.</summary>
    public const int EgressRulesLength = 64 * 1024;

    /// <summary>Destinations of one security group, times their ports: each may become a rule of the kernel's.</summary>
    public const int EgressReach = 4096;

    /// <summary>The same of all security groups together, because all may hold in one space.</summary>
    public const int EgressReachOfAll = 8192;

    /// <summary>The highest value of a retry or loss budget that a task may ask for.</summary>
    public const int RetriesMax = 100;

    /// <summary>The longest deadline, in seconds: 30 days.</summary>
    public const int DeadlineSecondsMax = 30 * 24 * 3600;
}
