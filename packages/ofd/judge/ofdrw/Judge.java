import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.ofdrw.converter.export.ImageExporter;
import org.ofdrw.gm.ses.v4.SESeal;
import org.ofdrw.layout.OFDDoc;
import org.ofdrw.layout.element.Paragraph;
import org.ofdrw.reader.ContentExtractor;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.NumberFormatAtomicSignID;
import org.ofdrw.sign.OFDSigner;
import org.ofdrw.sign.SignMode;
import org.ofdrw.sign.signContainer.SESV4Container;
import org.ofdrw.sign.stamppos.NormalStampPos;
import org.ofdrw.sign.verify.OFDValidator;
import org.ofdrw.sign.verify.container.SESV4ValidateContainer;
import org.ofdrw.sign.verify.exceptions.OFDVerifyException;

/**
 * read FILE…: pages and text of each, base64, a line each; draw FILE FOLDER: a PNG a page; make FILE TEXT: a document of its own;
 * validate FILE…: `good`, or what is wrong with its seals, a line each; seal FILE OUT SEAL KEY CERTIFICATE ContinueSign|WholeProtected (DER).
 */
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
      case "validate" -> {
        for (int at = 1; at < args.length; at++) out.println(validate(Path.of(args[at])));
      }
      case "seal" -> seal(args);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  static String validate(Path file) throws Exception {
    try (OFDReader reader = new OFDReader(file); OFDValidator validator = new OFDValidator(reader)) {
      validator.setValidator(new SESV4ValidateContainer());
      validator.exeValidate();
      return "good";
    } catch (OFDVerifyException wrong) {
      return wrong.getMessage().replaceAll("\\s+", " ");
    }
  }

  static void seal(String[] args) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    SESeal seal = SESeal.getInstance(Files.readAllBytes(Path.of(args[3])));
    PrivateKey key = KeyFactory.getInstance("EC", "BC").generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(args[4]))));
    Certificate certificate = CertificateFactory.getInstance("X.509", "BC")
        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(Path.of(args[5]))));
    try (OFDReader reader = new OFDReader(Path.of(args[1]));
        OFDSigner signer = new OFDSigner(reader, Path.of(args[2]), new NumberFormatAtomicSignID())) {
      signer.setSignMode(SignMode.valueOf(args[6]));
      signer.setSignContainer(new SESV4Container(key, seal, certificate));
      signer.addApPos(new NormalStampPos(1, 50, 50, 40, 40));
      signer.exeSign();
    }
  }
}
