import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.ofdrw.converter.export.ImageExporter;
import org.ofdrw.layout.OFDDoc;
import org.ofdrw.layout.element.Paragraph;
import org.ofdrw.reader.ContentExtractor;
import org.ofdrw.reader.OFDReader;

/** read FILE…: pages and text of each, base64, a line each; draw FILE FOLDER: a PNG a page; make FILE TEXT: a document of its own. */
public class Judge {
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    switch (args[0]) {
      case "read" -> {
        for (int at = 1; at < args.length; at++)
          try (OFDReader reader = new OFDReader(Path.of(args[at]))) {
            String text = String.join("", new ContentExtractor(reader).extractAll());
            out.println(reader.getNumberOfPages() + " " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
          }
      }
      case "draw" -> {
        try (ImageExporter exporter = new ImageExporter(Path.of(args[1]), Path.of(args[2]), "PNG", 6d)) {
          exporter.export();
        }
      }
      case "make" -> {
        try (OFDDoc document = new OFDDoc(Path.of(args[1]))) {
          document.add(new Paragraph(args[2]));
        }
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }
}
